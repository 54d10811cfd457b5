namespace EndToEnd.Comparing.Judging;

/// <summary>What one counter showed in one scenario: logarithms of the cost of an item, a list a set, one entry a cycle.</summary>
/// <param name="Self">Sets of the old version that take no part in the test: everything that is decided before the test is decided on them.</param>
/// <param name="Old">The sets of the old version that are compared.</param>
/// <param name="New">The sets of the new version.</param>
internal sealed record Costs(
    IReadOnlyList<IReadOnlyList<double>> Self,
    IReadOnlyList<IReadOnlyList<double>> Old,
    IReadOnlyList<IReadOnlyList<double>> New)
{
    /// <summary>False if some round gave no figure.</summary>
    public bool IsComplete => Self.Concat(Old).Concat(New).All(static set => set.All(double.IsFinite));
}
