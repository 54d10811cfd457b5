using EndToEnd.Counters;
using EndToEnd.Results;

namespace EndToEnd.Comparing.Reporting;

/// <summary>A counter of a comparison as people read it, on the console and in Markdown.</summary>
internal static class CounterCells
{
    /// <summary>Name, old, new, ratio, interval, p, floor, scatter.</summary>
    /// <param name="counter">One that was counted.</param>
    /// <param name="to">Between the ends of the interval.</param>
    public static string[] Of(ComparedCounter counter, string to) =>
    [
        CounterInfo.Name(counter.Counter),
        Figure.Of(counter.Old, counter.Unit).TrimEnd(),
        Figure.Of(counter.New, counter.Unit).TrimEnd(),
        Figure.Of(counter.Ratio) + "x",
        $"{Figure.Of(counter.Low)} {to} {Figure.Of(counter.High)}",
        Figure.PValue(counter.AdjustedPValue),
        Figure.Percent(counter.NoiseFloor),
        Figure.Percent(counter.Scatter),
    ];

    /// <summary>What contradicts the verdict of a row, to be said behind it; empty if nothing does.</summary>
    public static string But(ComparedRow row) => row.Against is { } against ? $", but {Figure.Of(against.Ratio)}x the {CounterInfo.Name(against.Counter)}" : "";
}
