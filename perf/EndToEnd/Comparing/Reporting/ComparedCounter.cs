using EndToEnd.Comparing.Judging;
using EndToEnd.Counters;

namespace EndToEnd.Comparing.Reporting;

/// <summary>One counter of one row of a comparison. All costs: less is better.</summary>
internal sealed record ComparedCounter
{
    public required Counter Counter { get; init; }

    /// <summary>Of <see cref="Old"/> and <see cref="New"/>; empty for what is merely counted.</summary>
    public required string Unit { get; init; }

    /// <summary>Whether it is tested; the others explain.</summary>
    public required bool Speaks { get; init; }

    /// <summary>The median cost, old version.</summary>
    public double? Old { get; init; }

    /// <summary>The median cost, new version.</summary>
    public double? New { get; init; }

    /// <summary>New by old: the estimate that belongs to the test, which is not exactly the ratio of the two medians.</summary>
    public double? Ratio { get; init; }

    public double? Low { get; init; }

    public double? High { get; init; }

    /// <summary>By this counter alone; only of one that speaks.</summary>
    public Verdict? Verdict { get; init; }

    public double? PValue { get; init; }

    /// <summary>Corrected for the number of tests of the whole comparison.</summary>
    public double? AdjustedPValue { get; init; }

    /// <summary>How far the old version seems to differ from itself, by noise alone, as a fraction.</summary>
    public double? NoiseFloor { get; init; }

    /// <summary>The scatter of a set of processes, as a fraction; the steadiest counter leads.</summary>
    public double? Scatter { get; init; }

    /// <summary>Why it is not counted here.</summary>
    public string? Skipped { get; init; }
}
