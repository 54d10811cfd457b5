namespace CrossChannels.Hub;

/// <summary>When the items of a queue came: an entry for those of a moment, which lasts 10 ms, and longer where many moments are queued. Guarded by the channel's lock.</summary>
internal sealed class ArrivalTimes(HubClock clock)
{
    private const long ShortestMoment = 10;
    private const int MomentsOfOneLength = 1024;

    private readonly Queue<(long First, long At)> _later = new(0);
    private long _first;
    private long _last = long.MinValue / 2;

    /// <summary>Items are appended; numbers only grow.</summary>
    public void Add(long first)
    {
        long now = clock.Now;
        if (now - _last < ShortestMoment * (1 + (_later.Count / MomentsOfOneLength)))
            return;
        _last = now;
        _later.Enqueue((first, now));
    }

    /// <summary>How long ago an item came, in milliseconds; those before it are gone from the queue.</summary>
    public long AgeOf(long sequence)
    {
        while (_later.TryPeek(out (long First, long At) moment) && moment.First <= sequence)
            _first = _later.Dequeue().At;
        return Math.Max(0, clock.Now - _first);
    }
}
