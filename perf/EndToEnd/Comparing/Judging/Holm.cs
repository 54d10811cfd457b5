namespace EndToEnd.Comparing.Judging;

/// <summary>Corrects p-values for their number (Holm's step-down method), so that all together are wrong no more often than one alone.</summary>
internal static class Holm
{
    /// <returns>The corrected p-values, in the order of the given ones; each is compared with the level as it is.</returns>
    public static double[] Adjust(IReadOnlyList<double> values)
    {
        double[] adjusted = new double[values.Count];
        double largest = 0;
        int left = values.Count;
        foreach (int i in Enumerable.Range(0, values.Count).OrderBy(i => values[i]))
        {
            largest = Math.Max(largest, Math.Min(1, values[i] * left--));
            adjusted[i] = largest;
        }
        return adjusted;
    }
}
