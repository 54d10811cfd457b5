namespace EndToEnd.Results;

/// <summary>A row before it is measured.</summary>
/// <param name="Id">Its name on the command line and in the result file.</param>
/// <param name="Unit">What its value and its baseline are in.</param>
/// <param name="Direction">On which side of the target the ratio should be; without a target, which way is better.</param>
/// <param name="Target">The ratio to reach; the value itself where there is no baseline; null where the row only compares.</param>
/// <param name="Against">What the baseline is, in a few words; null where there is none.</param>
/// <param name="Note">Where the two sides do not mean the same.</param>
internal sealed record RowSpec(string Id, string Unit, Direction Direction, double? Target = null, string? Against = null, string? Note = null);
