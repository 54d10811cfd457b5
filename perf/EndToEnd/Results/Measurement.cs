namespace EndToEnd.Results;

/// <summary>What was measured for one row.</summary>
/// <param name="Values">The library's side, one a pair.</param>
/// <param name="Baselines">The other side of the same pairs; null where there is no baseline.</param>
internal sealed record Measurement(IReadOnlyList<double> Values, IReadOnlyList<double>? Baselines);
