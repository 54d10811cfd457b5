using System.Globalization;
using EndToEnd.Peers;

namespace EndToEnd.Parts;

/// <summary>Baseline: computes one item after the other in this process.</summary>
internal sealed class LoopInProcess(string items) : Part
{
    private readonly int _items = int.Parse(items, CultureInfo.InvariantCulture);

    public override Task<double[]> RunAsync(TimeSpan duration) => PoolWork.RunAsync(static source => Task.FromResult(Map(source)), _items, duration);

    private static int[] Map(int[] source)
    {
        int[] results = new int[source.Length];
        for (int i = 0; i < source.Length; i++)
            results[i] = PoolWork.Compute(source[i]);
        return results;
    }
}
