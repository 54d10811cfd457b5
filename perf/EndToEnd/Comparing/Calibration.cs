using System.Text.Json.Serialization;
using System.Text.Json;
using EndToEnd.Comparing.Judging;
using EndToEnd.Counters;
using EndToEnd.Results;

namespace EndToEnd.Comparing;

/// <summary>What one comparison of a calibration said; a line of its file.</summary>
/// <param name="Key">What was compared and how; only runs with the same key count together.</param>
/// <param name="Time">When it ended.</param>
/// <param name="Rows">In the order of the comparison.</param>
internal sealed record CalibrationRun(string Key, DateTimeOffset Time, IReadOnlyList<CalibrationRow> Rows)
{
    public static CalibrationRun Of(string key, ComparisonResult result) => new(
        key,
        DateTimeOffset.UtcNow,
        [.. from row in result.Rows
            where row.Verdict is not null
            let lead = row.Leading!
            select new CalibrationRow(
                row.Id, row.Verdict!.Value, lead.Counter,
                lead.Ratio ?? double.NaN, lead.AdjustedPValue ?? double.NaN, lead.NoiseFloor ?? double.NaN)]);
}

/// <summary>One row of one comparison.</summary>
internal sealed record CalibrationRow(string Id, Verdict Verdict, Counter By, double Ratio, double AdjustedPValue, double NoiseFloor);

/// <summary>How runs are written: one a line.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(CalibrationRun))]
internal sealed partial class CalibrationJson : JsonSerializerContext;

/// <summary>The runs of a calibration, one JSON object a line; an interrupted one goes on where it was.</summary>
internal sealed class CalibrationLog(FileInfo file)
{
    /// <summary>The runs so far that have this key. A line that an interruption cut off is passed over.</summary>
    public IReadOnlyList<CalibrationRun> Read(string key) => File.Exists(file.FullName)
        ? [.. File.ReadLines(file.FullName).Select(Parse).OfType<CalibrationRun>().Where(run => run.Key == key)]
        : [];

    public void Append(CalibrationRun run)
    {
        file.Directory?.Create();
        using FileStream stream = new(file.FullName, FileMode.OpenOrCreate, FileAccess.ReadWrite);
        bool isCut = false;
        if (stream.Length > 0)
        {
            stream.Seek(-1, SeekOrigin.End);
            isCut = stream.ReadByte() != '\n';
        }
        byte[] line = JsonSerializer.SerializeToUtf8Bytes(run, CalibrationJson.Default.CalibrationRun);
        stream.Write([.. isCut ? "\n"u8 : [], .. line, .. "\n"u8]);
    }

    private static CalibrationRun? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, CalibrationJson.Default.CalibrationRun);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>In how many runs a difference was found.</summary>
internal static class CalibrationSummary
{
    public static void Write(IReadOnlyList<CalibrationRun> runs, TextWriter output)
    {
        output.WriteLine($"{runs.Count(run => run.Rows.Any(IsDifference))} of {runs.Count} comparisons found a difference in any row.");
        IEnumerable<CalibrationRow> all = runs.SelectMany(static run => run.Rows);
        foreach (IGrouping<string, CalibrationRow> row in all.GroupBy(static row => row.Id, StringComparer.Ordinal))
        {
            output.WriteLine(
                $"{row.Key}: a difference in {row.Count(IsDifference)} of {row.Count()}"
                + $" (slower {Count(row, Verdict.Slower)}, faster {Count(row, Verdict.Faster)}),"
                + $" no difference shown in {Count(row, Verdict.NoDifferenceShown)}, too noisy in {Count(row, Verdict.TooNoisy)};"
                + $" median ratio {Figure.Of(Statistics.Median([.. row.Select(static one => one.Ratio)]))}x");
        }
    }

    private static int Count(IEnumerable<CalibrationRow> rows, Verdict verdict) => rows.Count(row => row.Verdict == verdict);

    private static bool IsDifference(CalibrationRow row) => row.Verdict is Verdict.Slower or Verdict.Faster;
}
