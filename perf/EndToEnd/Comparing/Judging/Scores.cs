using EndToEnd.Results;

namespace EndToEnd.Comparing.Judging;

/// <summary>One number for each set of processes: how its cost compares with that of all sets in the same cycles.</summary>
internal static class Scores
{
    /// <summary>The mean of each cycle, over all sets without regard to which is of which version.</summary>
    /// <param name="sets">Logarithms of costs: a list a set, one entry a cycle.</param>
    public static double[] Centers(IReadOnlyList<IReadOnlyList<double>> sets) =>
        [.. Enumerable.Range(0, sets[0].Count).Select(cycle => sets.Average(set => set[cycle]))];

    /// <summary>The trimmed mean, over the cycles, of how far each set lies from the center of its cycle.</summary>
    /// <remarks>
    /// A machine that is slower for some cycles is so for all sets, and does not count; nor does a set's odd cycle. Medians would need half as many
    /// cycles again: two rounds of one set differ by 10 to 20 %.
    /// </remarks>
    public static double[] Of(IReadOnlyList<IReadOnlyList<double>> sets, double[] centers) =>
        [.. sets.Select(set => Statistics.TrimmedMean([.. set.Select((cost, cycle) => cost - centers[cycle])]))];
}
