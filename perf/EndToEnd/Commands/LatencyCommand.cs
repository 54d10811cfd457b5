using System.CommandLine;
using EndToEnd.Latency;
using EndToEnd.Machine;
using EndToEnd.Results;

namespace EndToEnd.Commands;

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
