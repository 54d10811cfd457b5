using EndToEnd.Comparing.Judging;
using EndToEnd.Counters;
using EndToEnd.Results;

namespace EndToEnd.Comparing.Measuring;

/// <summary>Takes out of the rounds what a test needs.</summary>
internal static class RowCosts
{
    /// <summary>For the test by one counter.</summary>
    public static Costs Of(IReadOnlyList<ProcessSet> sets, Counter counter, RowSpec row, int place) =>
        new(Of(sets, Role.Self, counter, row, place), Of(sets, Role.Old, counter, row, place), Of(sets, Role.New, counter, row, place));

    /// <summary>Logarithms, a list a set, one entry a cycle.</summary>
    public static IReadOnlyList<IReadOnlyList<double>> Of(IReadOnlyList<ProcessSet> sets, Role role, Counter counter, RowSpec row, int place) =>
        [.. sets.Where(set => set.Role == role).Select(set => Logarithms(Rounds(set, counter), counter, row, place))];

    /// <summary>The median cost, over all rounds of a role.</summary>
    public static double Median(IReadOnlyList<ProcessSet> sets, Role role, Counter counter, RowSpec row, int place) => Statistics.Median(
        [.. sets.Where(set => set.Role == role).SelectMany(set => Rounds(set, counter)).Select(round => round.Cost(counter, row, place))]);

    private static IReadOnlyList<Round> Rounds(ProcessSet set, Counter counter) =>
        counter != Counter.SystemCalls ? set.Rounds : set.Counted is { } counted ? [counted] : [];

    private static double[] Logarithms(IReadOnlyList<Round> rounds, Counter counter, RowSpec row, int place) =>
        [.. rounds.Select(round => Math.Log(round.Cost(counter, row, place) + CounterInfo.Resolution(counter)))];
}
