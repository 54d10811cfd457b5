namespace EndToEnd.Latency;

/// <summary>When items are meant to be sent: at a steady rate, whether or not those before are through.</summary>
/// <remarks>
/// Latency counts from the time meant. Counted from the time of the call, a sender that is held up sends less while things are slow,
/// and the items that it did not send are missing from the figures: that is coordinated omission.
/// </remarks>
/// <param name="start">When the first is due, in ticks of the clock.</param>
/// <param name="rate">Items a second.</param>
/// <param name="frequency">Ticks a second.</param>
internal readonly struct OpenLoopSchedule(long start, double rate, long frequency)
{
    /// <summary>When an item is due; the first is 0.</summary>
    public long DueTime(long item) => start + (long)(item * (frequency / rate));

    /// <summary>How many items such a time has at this rate, at least one.</summary>
    public static long Count(TimeSpan duration, double rate) => Math.Max(1, (long)(duration.TotalSeconds * rate));
}
