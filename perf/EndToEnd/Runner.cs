using System.Diagnostics;
using EndToEnd.Machine;
using EndToEnd.Results;
using EndToEnd.Scenarios;

namespace EndToEnd;

/// <summary>Runs scenarios one after the other and reports their rows.</summary>
internal static class Runner
{
    /// <returns>The exit code: 1 if a scenario failed, or a target was missed where <paramref name="enforce"/> is set.</returns>
    public static async Task<int> RunAsync(
        IReadOnlyList<SelectedScenario> scenarios, Plan plan, FileInfo? json, bool enforce, CancellationToken cancellationToken)
    {
        string cores = Affinity.Pin();
        MachineInfo machine = MachineInfo.Read(cores, plan);
        ResultFile result = ResultFile.LoadOrNew(json, machine) with { Machine = machine };
        var measured = new List<Row>();
        bool hasFailed = false;
        foreach (SelectedScenario selected in scenarios)
        {
            IReadOnlyList<Row> rows;
            try
            {
                rows = await RunAsync(selected.Scenario, plan, cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                await Console.Error.WriteLineAsync($"{selected.Scenario.Rows[0].Id} failed: {e}");
                hasFailed = true;
                rows = [.. selected.Scenario.Rows.Select(spec => Row.Skip(spec, $"failed: {e.Message}"))];
            }
            measured.AddRange(rows
                .Where(row => selected.Ids.Contains(row.Id))
                .Select(row => row with { Time = machine.Time, Load = machine.Load }));
            // Now: nothing is lost if the next one is interrupted.
            if (json is not null)
                result.With(measured, ScenarioList.Ids).Save(json);
        }

        Report.Write(result with { Rows = measured }, Console.Out);
        return hasFailed || (enforce && measured.Any(static row => row.Met is false)) ? 1 : 0;
    }

    private static async Task<IReadOnlyList<Row>> RunAsync(Scenario scenario, Plan plan, CancellationToken cancellationToken)
    {
        if (scenario.WhyNot() is { } reason)
            return [.. scenario.Rows.Select(spec => Row.Skip(spec, reason))];

        long started = Stopwatch.GetTimestamp();
        using var workplace = new Workplace(scenario.Rows[0].Id, cancellationToken);
        IReadOnlyList<Measurement> measurements = await scenario.MeasureAsync(plan, workplace);
        workplace.Say($"done in {Stopwatch.GetElapsedTime(started).TotalSeconds:N0} s");
        return [.. scenario.Rows.Select((spec, i) => Row.Of(spec, measurements[i]))];
    }
}
