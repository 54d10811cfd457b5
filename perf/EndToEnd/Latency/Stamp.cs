namespace EndToEnd.Latency;

/// <summary>An item whose way is timed, in ticks of the clock that all processes of a machine share.</summary>
/// <param name="Due">When it was meant to be written.</param>
/// <param name="Written">When the write began.</param>
internal readonly record struct Stamp(long Due, long Written)
{
    public const int Bytes = 2 * sizeof(long);

    /// <summary>Ends a round.</summary>
    public static readonly Stamp Last = new(-1, -1);
}
