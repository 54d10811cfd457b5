using System.Text.Json;
using System.Text.Json.Serialization;
using EndToEnd.Machine;

namespace EndToEnd.Comparing.Reporting;

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
