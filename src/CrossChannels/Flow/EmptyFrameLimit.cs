namespace CrossChannels.Flow;

/// <summary>Counts frames that carry nothing new, per second of a clock that the caller reads.</summary>
internal struct EmptyFrameLimit(int perSecond)
{
    private long _second = long.MinValue;
    private int _count;

    /// <returns>False if this frame is one too many.</returns>
    public bool TryCount(long milliseconds)
    {
        long second = milliseconds / 1000;
        if (second != _second)
        {
            _second = second;
            _count = 0;
        }
        return ++_count <= perSecond;
    }
}
