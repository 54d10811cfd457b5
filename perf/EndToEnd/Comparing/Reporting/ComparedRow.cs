using EndToEnd.Comparing.Judging;
using EndToEnd.Counters;

namespace EndToEnd.Comparing.Reporting;

/// <summary>One row of a comparison.</summary>
internal sealed record ComparedRow
{
    public required string Id { get; init; }

    /// <summary>Nothing if it was not measured.</summary>
    public Verdict? Verdict { get; init; }

    /// <summary>The counter that the verdict goes by.</summary>
    public Counter? By { get; init; }

    /// <summary>Slower by more than the threshold.</summary>
    public bool IsRegression { get; init; }

    /// <summary>Sets of processes of each version.</summary>
    public int Sets { get; init; }

    /// <summary>Rounds of each set.</summary>
    public int Cycles { get; init; }

    public IReadOnlyList<ComparedCounter> Counters { get; init; } = [];

    /// <summary>Why it was not measured.</summary>
    public string? Skipped { get; init; }

    /// <summary>The scenario did not merely not apply, but broke.</summary>
    public bool HasFailed { get; init; }
}
