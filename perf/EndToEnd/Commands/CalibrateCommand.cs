using System.CommandLine;
using EndToEnd.Comparing;
using EndToEnd.Comparing.Calibrating;
using EndToEnd.Comparing.Reporting;

namespace EndToEnd.Commands;

/// <summary><c>calibrate</c>: the same comparison many times, to show how often it finds what is there, and what is not.</summary>
internal static class CalibrateCommand
{
    private const int MaxRepeats = 10_000;

    public static Command Create()
    {
        var options = new ComparisonOptions();
        var repeat = new Option<int>("--repeat") { Description = "Comparisons, those included that the file has already.", Required = true };
        repeat.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > MaxRepeats)
                result.AddError($"--repeat is 1 to {MaxRepeats}.");
        });
        var runs = new Option<FileInfo>("--runs") { Description = "The file of runs, one a line; goes on where it ends.", Required = true };
        var command = new Command("calibrate", "Compares again and again, and says in how many comparisons a difference was found.") { repeat, runs };
        command.Hidden = true;
        options.AddTo(command);
        command.SetAction((result, cancellationToken) => ComparisonOptions.RunAsync(
            () => RunAsync(options.Read(result), result.GetRequiredValue(repeat), new CalibrationLog(result.GetRequiredValue(runs)), cancellationToken)));
        return command;
    }

    private static Task<int> RunAsync(ComparisonRequest request, int repeat, CalibrationLog log, CancellationToken cancellationToken) => request.RunAsync(
        async (comparison, old, @new, cores) =>
        {
            string key = $"{old.Commit} {@new.Commit} {(request.IsSelf ? "self " : "")}{comparison.Describe()}";
            for (int done = log.Read(key).Count; done < repeat; done++)
            {
                await Console.Error.WriteLineAsync($"comparison {done + 1} of {repeat}");
                ComparisonResult result = await comparison.RunAsync(cores, cancellationToken);
                if (result.HasFailed)
                    throw new ComparisonException("A comparison failed, which says nothing about differences; it is not counted.");
                log.Append(CalibrationRun.Of(key, result));
            }
            CalibrationSummary.Write([.. log.Read(key).Take(repeat)], Console.Out);
            return 0;
        },
        cancellationToken);
}
