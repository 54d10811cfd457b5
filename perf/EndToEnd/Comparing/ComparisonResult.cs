using System.Text.Json.Serialization;
using System.Text.Json;
using EndToEnd.Comparing.Judging;
using EndToEnd.Counters;
using EndToEnd.Machine;

namespace EndToEnd.Comparing;

/// <summary>Everything that one comparison found; what <c>--json</c> writes.</summary>
internal sealed record ComparisonResult
{
    public required MachineInfo Machine { get; init; }

    /// <summary>What the user called the old version.</summary>
    public required string Old { get; init; }

    public required string OldCommit { get; init; }

    public required string New { get; init; }

    public required string NewCommit { get; init; }

    /// <summary>The smallest difference that matters, as a fraction.</summary>
    public required double Threshold { get; init; }

    public required double Seconds { get; init; }

    public required IReadOnlyList<ComparedRow> Rows { get; init; }

    [JsonIgnore]
    public bool HasRegression => Rows.Any(static row => row.IsRegression);

    /// <summary>A scenario broke, or there is nothing that could be compared.</summary>
    [JsonIgnore]
    public bool HasFailed => Rows.Any(static row => row.HasFailed) || Rows.All(static row => row.Skipped is not null);

    /// <summary>Rows that were not measured, by the reason.</summary>
    [JsonIgnore]
    public IEnumerable<IGrouping<string, ComparedRow>> NotCompared =>
        Rows.Where(static row => row.Skipped is not null).GroupBy(static row => row.Skipped!, StringComparer.Ordinal);

    /// <summary>Each counter that does not count here, once.</summary>
    [JsonIgnore]
    public IEnumerable<ComparedCounter> NotCounted =>
        Rows.SelectMany(static row => row.Counters).Where(static counter => counter.Skipped is not null).DistinctBy(static counter => counter.Counter);

    public void Save(FileInfo file)
    {
        file.Directory?.Create();
        using FileStream stream = file.Create();
        JsonSerializer.Serialize(stream, this, ComparisonJson.Default.ComparisonResult);
    }
}

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

/// <summary>How the result of a comparison is written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    WriteIndented = true)]
[JsonSerializable(typeof(ComparisonResult))]
internal sealed partial class ComparisonJson : JsonSerializerContext;
