namespace EndToEnd.Results;

/// <summary>How a figure grows with something: one line for each that is compared.</summary>
internal sealed record Series
{
    public required string Id { get; init; }

    public required string Title { get; init; }

    /// <summary>What grows, with its unit.</summary>
    public required string X { get; init; }

    /// <summary>What is measured.</summary>
    public required string Y { get; init; }

    public required string Unit { get; init; }

    public string? Note { get; init; }

    public required DateTimeOffset Time { get; init; }

    /// <summary>How many threads of the machine ran or waited to, on average, in the minute before the run that it is of.</summary>
    public double? Load { get; init; }

    /// <summary>Rounds a point.</summary>
    public required int Rounds { get; init; }

    public required double SecondsPerRound { get; init; }

    public required IReadOnlyList<SeriesLine> Lines { get; init; }

    /// <summary>Why it was not measured.</summary>
    public string? Skipped { get; init; }
}

/// <summary>One of those that a series compares.</summary>
internal sealed record SeriesLine(string Name, IReadOnlyList<SeriesPoint> Points);

/// <summary>The median of some rounds and its interval.</summary>
internal sealed record SeriesPoint(double X, double Value, double Low, double High)
{
    public static SeriesPoint Of(double x, IReadOnlyList<double> values)
    {
        (double low, double high) = Statistics.Interval(values);
        return new SeriesPoint(x, Statistics.Round(Statistics.Median(values)), Statistics.Round(low), Statistics.Round(high));
    }
}
