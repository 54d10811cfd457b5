namespace EndToEnd.Latency;

/// <summary>How much is offered.</summary>
/// <param name="Name">In the report.</param>
/// <param name="Rate">Items a second, of the most that a contender carries.</param>
internal sealed record Load(string Name, Func<double, double> Rate)
{
    public static readonly IReadOnlyList<Load> All =
    [
        new("100 items/s", static _ => 1e2),
        new("1,000 items/s", static _ => 1e3),
        new("10,000 items/s", static _ => 1e4),
        new("100,000 items/s", static _ => 1e5),
        new("50 % of its maximum", static most => most * 0.5),
        new("80 % of its maximum", static most => most * 0.8),
    ];
}
