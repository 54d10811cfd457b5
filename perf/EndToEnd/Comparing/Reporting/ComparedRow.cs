using System.Text.Json.Serialization;
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

    /// <summary>How long each round was.</summary>
    public double SecondsPerRound { get; init; }

    public IReadOnlyList<ComparedCounter> Counters { get; init; } = [];

    /// <summary>What the verdict goes by; nothing if it was not measured.</summary>
    [JsonIgnore]
    public ComparedCounter? Leading => Counters.FirstOrDefault(counter => counter.Counter == By);

    /// <summary>A counter that says the opposite of the verdict.</summary>
    [JsonIgnore]
    public ComparedCounter? Against => Verdict is not (Judging.Verdict.Faster or Judging.Verdict.Slower) ? null : Counters.FirstOrDefault(
        counter => counter.Verdict is Judging.Verdict.Faster or Judging.Verdict.Slower && counter.Verdict != Verdict);

    /// <summary>Why it was not measured.</summary>
    public string? Skipped { get; init; }

    /// <summary>The scenario did not merely not apply, but broke.</summary>
    public bool HasFailed { get; init; }
}
