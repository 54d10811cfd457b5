using EndToEnd.Comparing.Judging;
using EndToEnd.Comparing.Measuring;
using EndToEnd.Counters;
using EndToEnd.Results;

namespace EndToEnd.Comparing.Reporting;

/// <summary>What was measured for one row, before and after all rows are judged together.</summary>
internal sealed class RowReport(IReadOnlyList<ProcessSet> sets, RowSpec row, int place, TimeSpan round)
{
    private readonly IReadOnlyList<Counter> _speaking = CounterInfo.ThatSpeakFor(row);

    /// <summary>Of the counters that speak for the row.</summary>
    /// <exception cref="InvalidOperationException">A round gave no figure, so that nothing can be said.</exception>
    public IReadOnlyList<CounterTest> Tests { get; } = [.. CounterInfo.ThatSpeakFor(row).Select(counter =>
        RowCosts.Of(sets, counter, row, place) is { IsComplete: true } costs
            ? CounterTest.Of(costs)
            : throw new InvalidOperationException($"A round of {row.Id} has no {CounterInfo.Name(counter)}."))];

    public ComparedRow Judge(RowVerdict verdict, VerdictRule rule)
    {
        IReadOnlyList<ComparedCounter> counters = [.. CounterInfo.All.Select(counter => Describe(counter, verdict))];
        return new ComparedRow
        {
            Id = row.Id,
            Verdict = verdict.Verdict,
            By = _speaking[verdict.By],
            IsRegression = rule.IsRegression(verdict.Verdict, Tests[verdict.By].Shift.Estimate),
            Sets = sets.Count(static set => set.Role == Role.New),
            Cycles = sets[0].Rounds.Count,
            SecondsPerRound = round.TotalSeconds,
            Counters = counters,
        };
    }

    private ComparedCounter Describe(Counter counter, RowVerdict verdict)
    {
        int spoken = _speaking.ToList().IndexOf(counter);
        var described = new ComparedCounter { Counter = counter, Unit = Round.UnitOf(counter, row), Speaks = spoken >= 0 };
        if (CounterInfo.WhyNot(counter) is { } reason)
            return described with { Skipped = reason };

        Costs costs = RowCosts.Of(sets, counter, row, place);
        if (!costs.IsComplete)
            return described with { Skipped = "a process could not count it" };
        double old = RowCosts.Median(sets, Role.Old, counter, row, place), @new = RowCosts.Median(sets, Role.New, counter, row, place);
        CounterTest test = spoken >= 0 ? Tests[spoken] : CounterTest.Of(costs);
        described = described with
        {
            Old = Statistics.Round(old),
            New = Statistics.Round(@new),
            Ratio = Rounded(test.Shift.Estimate),
            Low = Rounded(test.Shift.Low),
            High = Rounded(test.Shift.High),
        };
        return spoken < 0 ? described : described with
        {
            Verdict = verdict.Verdicts[spoken],
            PValue = Statistics.Round(test.PValue),
            AdjustedPValue = Statistics.Round(verdict.AdjustedPValues[spoken]),
            NoiseFloor = Statistics.Round(Math.Exp(test.Floor) - 1),
            Scatter = Statistics.Round(test.Steadiness),
        };
    }

    private static double Rounded(double logarithm) => Statistics.Round(Math.Exp(logarithm));
}
