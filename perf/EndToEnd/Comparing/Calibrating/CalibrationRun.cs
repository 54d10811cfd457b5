using System.Text.Json.Serialization;
using EndToEnd.Comparing.Judging;
using EndToEnd.Comparing.Reporting;
using EndToEnd.Counters;

namespace EndToEnd.Comparing.Calibrating;

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
            select new CalibrationRow(row.Id, row.Verdict!.Value, lead.Counter, lead.Ratio ?? double.NaN, lead.AdjustedPValue ?? double.NaN, lead.NoiseFloor ?? double.NaN)]);
}

/// <summary>One row of one comparison.</summary>
internal sealed record CalibrationRow(string Id, Verdict Verdict, Counter By, double Ratio, double AdjustedPValue, double NoiseFloor);

/// <summary>How runs are written: one a line.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(CalibrationRun))]
internal sealed partial class CalibrationJson : JsonSerializerContext;
