namespace EndToEnd;

/// <summary>How often and how long is measured.</summary>
/// <param name="Pairs">Interleaved pairs a row.</param>
/// <param name="Duration">One side of one pair.</param>
/// <param name="WarmUp">Before the first pair, each side.</param>
/// <param name="IdleDuration">How long idleness is watched.</param>
internal sealed record Plan(int Pairs, TimeSpan Duration, TimeSpan WarmUp, TimeSpan IdleDuration)
{
    public const int DefaultPairs = 7;

    public static readonly Plan Quick = new(1, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));

    public static readonly Plan QuickSeries = new(1, TimeSpan.FromSeconds(0.3), TimeSpan.FromSeconds(0.5), TimeSpan.Zero);

    /// <summary>A point of a series: rounds are shorter, because there are many.</summary>
    public static Plan Series(int rounds) => new(rounds, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1.5), TimeSpan.Zero);

    public static Plan Full(int pairs) => new(pairs, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(10));
}
