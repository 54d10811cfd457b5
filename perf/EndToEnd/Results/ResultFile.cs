using System.Text.Json.Serialization;
using System.Text.Json;
using EndToEnd.Machine;

namespace EndToEnd.Results;

/// <summary>Everything that was measured on one machine: rows, and sections that commands of their own add.</summary>
internal sealed record ResultFile
{
    public required MachineInfo Machine { get; init; }

    public required IReadOnlyList<Row> Rows { get; init; }

    /// <summary>What grows with what.</summary>
    public IReadOnlyList<Series>? Series { get; init; }

    public LatencyResult? Latency { get; init; }

    /// <summary>Rows that should reach something.</summary>
    public IEnumerable<Row> Targets() => Rows.Where(static row => row.Target is not null);

    /// <summary>Rows that only compare.</summary>
    public IEnumerable<Row> Peers() => Rows.Where(static row => row.Target is null);

    /// <summary>With these rows, each in place of one of the same name, in the order of <paramref name="ids"/>.</summary>
    public ResultFile With(IReadOnlyCollection<Row> rows, IEnumerable<string> ids) =>
        this with { Rows = Merge(Rows, rows, static row => row.Id, ids) };

    /// <summary>With these series, each in place of one of the same name, in the order of <paramref name="ids"/>.</summary>
    public ResultFile With(IReadOnlyCollection<Series> series, IEnumerable<string> ids) =>
        this with { Series = Merge(Series ?? [], series, static one => one.Id, ids) };

    /// <exception cref="InvalidDataException">The file is not one of these.</exception>
    public static ResultFile Load(FileInfo file)
    {
        using FileStream stream = file.OpenRead();
        return JsonSerializer.Deserialize(stream, ResultJson.Default.ResultFile) ?? throw new InvalidDataException($"{file} has no result.");
    }

    /// <summary>What a file has from the same machine; otherwise nothing but the machine.</summary>
    public static ResultFile LoadOrNew(FileInfo? file, MachineInfo machine)
    {
        var empty = new ResultFile { Machine = machine, Rows = [] };
        if (file is not { Exists: true })
            return empty;
        ResultFile found = Load(file);
        if (found.Machine.IsSame(machine))
            return found;
        Console.Error.WriteLine($"{file} is of another machine or runtime; what it has is not kept.");
        return empty;
    }

    public void Save(FileInfo file)
    {
        file.Directory?.Create();
        using FileStream stream = file.Create();
        JsonSerializer.Serialize(stream, this, ResultJson.Default.ResultFile);
    }

    private static IReadOnlyList<T> Merge<T>(IEnumerable<T> old, IReadOnlyCollection<T> @new, Func<T, string> id, IEnumerable<string> ids)
    {
        string[] order = [.. ids];
        return [.. old.ExceptBy(@new.Select(id), id, StringComparer.Ordinal).Concat(@new).OrderBy(one => Array.IndexOf(order, id(one)))];
    }
}

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

/// <summary>How a result file is written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    WriteIndented = true)]
[JsonSerializable(typeof(ResultFile))]
internal sealed partial class ResultJson : JsonSerializerContext;
