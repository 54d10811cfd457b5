using System.Text.Json.Serialization;

namespace EndToEnd.Results;

/// <summary>On which side of its target a ratio should be.</summary>
internal enum Direction
{
    [JsonStringEnumMemberName("atLeast")]
    AtLeast,

    [JsonStringEnumMemberName("atMost")]
    AtMost,
}

/// <summary>A row before it is measured.</summary>
/// <param name="Id">Its name on the command line and in the result file.</param>
/// <param name="Unit">What its value and its baseline are in.</param>
/// <param name="Direction">On which side of the target the ratio should be; without a target, which way is better.</param>
/// <param name="Target">The ratio to reach; the value itself where there is no baseline; null where the row only compares.</param>
/// <param name="Against">What the baseline is, in a few words; null where there is none.</param>
/// <param name="Note">Where the two sides do not mean the same.</param>
internal sealed record RowSpec(string Id, string Unit, Direction Direction, double? Target = null, string? Against = null, string? Note = null);

/// <summary>What was measured for one row.</summary>
/// <param name="Values">The library's side, one a pair.</param>
/// <param name="Baselines">The other side of the same pairs; null where there is no baseline.</param>
internal sealed record Measurement(IReadOnlyList<double> Values, IReadOnlyList<double>? Baselines);

/// <summary>One row of the result file: medians, the interval of the ratio, and whether the target is met.</summary>
internal sealed record Row
{
    public required string Id { get; init; }

    public required string Unit { get; init; }

    public double? Value { get; init; }

    public double? Baseline { get; init; }

    /// <summary>The median of the ratios of the pairs, which is not the ratio of the medians.</summary>
    public double? Ratio { get; init; }

    public double? Low { get; init; }

    public double? High { get; init; }

    /// <summary>Null where the row only compares.</summary>
    public double? Target { get; init; }

    public required Direction Direction { get; init; }

    public bool? Met { get; init; }

    public IReadOnlyList<double>? Pairs { get; init; }

    /// <summary>What the baseline is.</summary>
    public string? Against { get; init; }

    /// <summary>Where the two sides do not mean the same.</summary>
    public string? Note { get; init; }

    /// <summary>Why it was not measured.</summary>
    public string? Skipped { get; init; }

    /// <summary>When the run began that it is of.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>How many threads of the machine ran or waited to, on average, in the minute before that run.</summary>
    public double? Load { get; init; }

    public static Row Skip(RowSpec spec, string reason) =>
        new()
        {
            Id = spec.Id,
            Unit = spec.Unit,
            Target = spec.Target,
            Direction = spec.Direction,
            Against = spec.Against,
            Note = spec.Note,
            Skipped = reason,
        };

    public static Row Of(RowSpec spec, Measurement measured)
    {
        IReadOnlyList<double> ratios = measured.Baselines is { } baselines
            ? [.. measured.Values.Zip(baselines, static (value, baseline) => value / baseline)]
            : measured.Values;
        double ratio = Statistics.Median(ratios);
        (double low, double high) = Statistics.Interval(ratios);
        return new Row
        {
            Id = spec.Id,
            Unit = spec.Unit,
            Value = Statistics.Round(Statistics.Median(measured.Values)),
            Baseline = measured.Baselines is null ? null : Statistics.Round(Statistics.Median(measured.Baselines)),
            Ratio = Statistics.Round(ratio),
            Low = Statistics.Round(low),
            High = Statistics.Round(high),
            Target = spec.Target,
            Direction = spec.Direction,
            Met = spec.Target is { } target ? Reaches(spec.Direction, ratio, target) : null,
            Pairs = [.. ratios.Select(Statistics.Round)],
            Against = spec.Against,
            Note = spec.Note,
        };
    }

    /// <summary>In one word: met, near (only the interval reaches the target), missed, skipped, or compared (without a target).</summary>
    public string Verdict()
    {
        if (Skipped is not null)
            return "skipped";
        if (Target is not { } target)
            return "compared";
        if (Met is true)
            return "met";
        double best = (Direction == Direction.AtLeast ? High : Low) ?? double.NaN;
        return Reaches(Direction, best, target) ? "near" : "missed";
    }

    private static bool Reaches(Direction direction, double ratio, double target) =>
        direction == Direction.AtLeast ? ratio >= target : ratio <= target;
}
