namespace CrossChannels.Flow;

/// <summary>How many items a reader of a shared channel asks for before it needs them: none until it reads, then about what it takes in 20 ms.</summary>
/// <remarks>So that a slow reader keeps nothing from the others, and a fast one does not wait for each item. Knows no clock.</remarks>
internal struct ReadAhead(long mostItems)
{
    private const long FastMilliseconds = 20;
    private const long SlowMilliseconds = 80;

    private long _consumed;
    private long _since;

    public long Items { get; private set; }

    /// <summary>The reader found nothing, and asks.</summary>
    /// <param name="consumed">Items that it has taken in all, without those that were given back.</param>
    /// <param name="milliseconds">Of a clock that only goes forward.</param>
    public void Ask(long consumed, long milliseconds)
    {
        if (Items > 0)
        {
            if (consumed - _consumed < Items)
                return;
            long elapsed = milliseconds - _since;
            if (elapsed <= FastMilliseconds)
                Items = Math.Min(mostItems, Items * 2);
            else if (elapsed >= SlowMilliseconds)
                Items = Math.Max(1, Items / 2);
        }
        else
        {
            Items = 1;
        }
        _consumed = consumed;
        _since = milliseconds;
    }

    /// <summary>Others need what this reader holds.</summary>
    public void Shrink() => Items = Math.Max(Math.Min(Items, 1), Items / 4);
}
