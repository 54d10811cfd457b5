using EndToEnd.Counters;
using EndToEnd.Results;

namespace EndToEnd.Comparing.Measuring;

/// <summary>One turn of one set: the figures of its driver, and what all its processes used.</summary>
/// <param name="Figures">One a row of the scenario; the last is the number of items.</param>
/// <param name="Used">Less what asking for it costs.</param>
internal sealed record Round(double[] Figures, CounterReading Used)
{
    private const double NanosecondsPerSecond = 1e9;

    /// <summary>The unit of <see cref="Cost"/>.</summary>
    public static string UnitOf(Counter counter, RowSpec row) => counter switch
    {
        Counter.Time when row.Unit == "B/s" => "ns/B",
        Counter.Time when IsRate(row) => "ns",
        Counter.Time => row.Unit,
        Counter.CpuTime => "ns",
        Counter.AllocatedBytes => "B",
        _ => "",
    };

    /// <summary>What an item of a row cost; less is better.</summary>
    /// <param name="counter">What is counted.</param>
    /// <param name="row">The row.</param>
    /// <param name="place">The place of the row in its scenario.</param>
    public double Cost(Counter counter, RowSpec row, int place) => counter switch
    {
        Counter.Time => IsRate(row) ? NanosecondsPerSecond / Figures[place] : Figures[place],
        Counter.CpuTime => AnItem(Used.CpuNanoseconds),
        Counter.SystemCalls => AnItem(Used.SystemCalls),
        Counter.VoluntarySwitches => AnItem(Used.VoluntarySwitches),
        Counter.InvoluntarySwitches => AnItem(Used.InvoluntarySwitches),
        Counter.AllocatedBytes => AnItem(Used.AllocatedBytes),
        _ => AnItem(Used.Instructions),
    };

    private static bool IsRate(RowSpec row) => row.Unit.EndsWith("/s", StringComparison.Ordinal);

    private double AnItem(double used) => Math.Max(0, used) / Figures[^1];
}
