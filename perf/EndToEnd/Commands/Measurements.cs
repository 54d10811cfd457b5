using System.CommandLine;
using EndToEnd.Growth;
using EndToEnd.Latency;
using EndToEnd.Machine;
using EndToEnd.Results;

namespace EndToEnd.Commands;

/// <summary>Measures series and puts them into a result file beside what it has.</summary>
internal static class GrowthCommand
{
    private const int DefaultRounds = 5;

    public static Command New()
    {
        var series = new Option<string[]>("--series") { Description = "Series to measure; all without it.", AllowMultipleArgumentsPerToken = true };
        series.AcceptOnlyFromAmong([.. GrowthList.Ids]);
        var rounds = MeasureOptions.Rounds(DefaultRounds);
        var quick = MeasureOptions.Quick();
        var json = MeasureOptions.Json();
        var command = new Command("growth", "Measures throughput and latency against the size of items, capacity, links and idle links.") { series, rounds, quick, json };
        command.SetAction((result, cancellationToken) => RunAsync(
            GrowthList.Select(result.GetValue(series) ?? []),
            result.GetValue(quick) ? Plan.QuickSeries : Plan.Series(result.GetValue(rounds)),
            result.GetValue(json),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(IReadOnlyList<GrowthSeries> all, Plan plan, FileInfo? json, CancellationToken cancellationToken)
    {
        MachineInfo machine = MachineInfo.Read(Affinity.Pin());
        ResultFile result = ResultFile.LoadOrNew(json, machine);
        var measured = new List<Series>();
        bool hasFailed = false;
        foreach (GrowthSeries series in all)
        {
            Series one;
            try
            {
                using var workplace = new Workplace(series.Id, cancellationToken);
                one = series.WhyNot() is { } reason ? series.Skip(plan, reason) : await series.MeasureAsync(plan, workplace);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                await Console.Error.WriteLineAsync($"{series.Id} failed: {e}");
                hasFailed = true;
                one = series.Skip(plan, $"failed: {e.Message}");
            }
            measured.Add(one with { Load = machine.Load });
            // Now: nothing is lost if the next one is interrupted.
            if (json is not null)
                result.With(measured, GrowthList.Ids).Save(json);
        }

        Markdown.WriteSeries(measured, Console.Out);
        return hasFailed ? 1 : 0;
    }
}

/// <summary>Measures distributions of latency and puts them into a result file beside what it has.</summary>
internal static class LatencyCommand
{
    public static Command New()
    {
        var rounds = MeasureOptions.Rounds(Plan.DefaultPairs);
        var quick = MeasureOptions.Quick();
        var json = MeasureOptions.Json();
        var command = new Command("latency", "Measures how long items are on their way at several offered loads.") { rounds, quick, json };
        command.SetAction((result, cancellationToken) => RunAsync(
            result.GetValue(quick) ? Plan.Quick : Plan.Full(result.GetValue(rounds)), result.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Plan plan, FileInfo? json, CancellationToken cancellationToken)
    {
        MachineInfo machine = MachineInfo.Read(Affinity.Pin());
        ResultFile result = ResultFile.LoadOrNew(json, machine);
        using var workplace = new Workplace("latency", cancellationToken);
        LatencyResult latency = await LatencyMeasurement.RunAsync(plan, workplace) with { Load = machine.Load };
        Markdown.WriteLatency(latency, Console.Out);
        if (json is not null)
            (result with { Latency = latency }).Save(json);
        return 0;
    }
}

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
