using EndToEnd.Results;

namespace EndToEnd.Comparing.Judging;

/// <summary>By how much one sample lies above another, with its confidence interval: the estimate that belongs to the rank sum test.</summary>
/// <param name="Estimate">The median of all pairwise differences (Hodges and Lehmann).</param>
/// <param name="Low">The lower end of the interval.</param>
/// <param name="High">The upper end of the interval.</param>
internal readonly record struct Shift(double Estimate, double Low, double High)
{
    public const double Alpha = 0.05;

    /// <summary>How far <paramref name="second"/> lies above <paramref name="first"/>.</summary>
    /// <remarks>The interval holds the shift with at least 95 %; where the samples are too small for that, it is the widest there is.</remarks>
    public static Shift Of(IReadOnlyList<double> first, IReadOnlyList<double> second)
    {
        double[] differences = [.. second.SelectMany(_ => first, static (above, below) => above - below).Order()];
        int leftOut = Math.Max(0, RankSum.LeftOut(first.Count, second.Count, Alpha));
        return new Shift(Statistics.Median(differences), differences[leftOut], differences[^(leftOut + 1)]);
    }
}
