using CrossChannels.Protocol;

namespace CrossChannels.Links;

/// <summary>Settled leases that the hub has not been told of; those that follow each other make one range. Guarded by its owner's lock.</summary>
internal sealed class SettleQueue
{
    private const int MostRangesAFrame = 8;

    private readonly Queue<SettleRange> _ranges = new(0);
    private SettleRange _last;

    /// <summary>How many were added in all.</summary>
    public long Added { get; private set; }

    /// <summary>Somebody waits for the hub's answer.</summary>
    public bool IsAnswerWanted { get; set; }

    public bool IsEmpty => _last.Count == 0;

    /// <summary>The hub has something to be told, or to be asked.</summary>
    public bool HasFeedback => !IsEmpty || IsAnswerWanted;

    public void Add(long sequence, SettleOutcome outcome)
    {
        Added++;
        if (_last.Count > 0 && _last.Outcome == outcome && _last.First + _last.Count == sequence && _last.Count < uint.MaxValue)
        {
            _last = _last with { Count = _last.Count + 1 };
            return;
        }
        if (_last.Count > 0)
            _ranges.Enqueue(_last);
        _last = new SettleRange(sequence, 1, outcome);
    }

    /// <summary>Writes one frame with what fits.</summary>
    /// <returns>Bytes written.</returns>
    public int Write(Span<byte> room)
    {
        int count = Math.Min(Math.Min(SettleFrame.RangesIn(room.Length), MostRangesAFrame), _ranges.Count + 1);
        if (!HasFeedback || count <= 0)
            return 0;
        count = IsEmpty ? 0 : count;
        Span<SettleRange> taken = stackalloc SettleRange[MostRangesAFrame];
        for (int i = 0; i < count; i++)
            taken[i] = Next();
        bool isAnswerWanted = IsAnswerWanted && IsEmpty;
        IsAnswerWanted &= !isAnswerWanted;
        return SettleFrame.Write(room, isAnswerWanted, taken[..count]);
    }

    private SettleRange Next()
    {
        if (_ranges.TryDequeue(out SettleRange range))
            return range;
        range = _last;
        _last = default;
        return range;
    }
}
