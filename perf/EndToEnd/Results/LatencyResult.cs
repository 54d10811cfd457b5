namespace EndToEnd.Results;

/// <summary>How long items are on their way at several offered loads.</summary>
internal sealed record LatencyResult
{
    public required DateTimeOffset Time { get; init; }

    /// <summary>How many threads of the machine ran or waited to, on average, in the minute before.</summary>
    public double? Load { get; init; }

    /// <summary>Rounds a line; their items are counted together.</summary>
    public required int Rounds { get; init; }

    public required double SecondsPerRound { get; init; }

    /// <summary>Load by load.</summary>
    public required IReadOnlyList<LatencyLine> Lines { get; init; }
}

/// <summary>One of those that are compared at one load. Times are in microseconds from when an item was due.</summary>
internal sealed record LatencyLine
{
    /// <summary>Who carried the items.</summary>
    public required string Name { get; init; }

    /// <summary>The load in words: the same for all that are compared at it.</summary>
    public required string Load { get; init; }

    /// <summary>Items a second that were due.</summary>
    public required double Offered { get; init; }

    /// <summary>Items a second that were read, until the last was.</summary>
    public required double Achieved { get; init; }

    public required long Count { get; init; }

    public required double P50 { get; init; }

    public required double P90 { get; init; }

    public required double P99 { get; init; }

    public required double P999 { get; init; }

    public required double Max { get; init; }

    /// <summary>The smallest and the largest 99th percentile of a round.</summary>
    public required double P99Low { get; init; }

    public required double P99High { get; init; }

    /// <summary>99th percentile of how late the write of an item began; a part of its latency.</summary>
    public required double Late99 { get; init; }
}
