using System.CommandLine;

namespace EndToEnd.Commands;

/// <summary>Options that the measuring commands share.</summary>
internal static class MeasureOptions
{
    private const int MaxRounds = 1000;

    public static Option<int> Rounds(int byDefault)
    {
        var rounds = new Option<int>("--rounds") { Description = "Rounds a point.", DefaultValueFactory = _ => byDefault };
        rounds.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > MaxRounds)
                result.AddError($"--rounds is 1 to {MaxRounds}.");
        });
        return rounds;
    }

    public static Option<bool> Quick() => new("--quick") { Description = "One short round a point, for trying out." };

    public static Option<FileInfo?> Json() => new("--json") { Description = "The result file to put this into; what else it has stays." };
}
