using System.Numerics;
using CrossChannels.Protocol;

namespace CrossChannels.Links;

/// <summary>The leases of one reader: which are open, what the hub has to be told of them, and what it has taken note of. Guarded by the receiver's lock.</summary>
internal sealed class LeaseBook
{
    private readonly OpenLeases _open = new();
    private readonly SettleQueue _settled = new();
    private readonly Queue<(long Target, TaskCompletionSource Done)> _waiting = new(0);
    private bool _isClosed;
    private long _lost;

    /// <summary>How many settled leases the hub has taken note of.</summary>
    public long Confirmed { get; private set; }

    /// <summary>The hub has something to be told, or to be asked.</summary>
    public bool HasFeedback => _settled.HasFeedback;

    /// <summary>Leases were left, or handed out, when they could not be settled any more.</summary>
    public bool HasLost { get; private set; }

    /// <summary>A lease is handed out. What had come before the link ended still is, and nobody is there to settle it with.</summary>
    public void Open(long sequence)
    {
        if (_isClosed)
        {
            HasLost = true;
            _lost++;
        }
        else
        {
            _open.Open(sequence);
        }
    }

    /// <summary>Counts, once each, the leases that were open when the link ended, or were handed out later.</summary>
    public long TakeLost()
    {
        long lost = _lost;
        _lost = 0;
        return lost;
    }

    /// <returns>False if the lease is not open.</returns>
    public bool TrySettle(long sequence, SettleOutcome outcome)
    {
        if (!_open.TryClose(sequence))
            return false;
        _settled.Add(sequence, outcome);
        return true;
    }

    /// <summary>Completes the oldest lease; false if none is open.</summary>
    public bool TryCompleteOldest()
    {
        if (!_open.TryCloseOldest(out long sequence))
            return false;
        _settled.Add(sequence, SettleOutcome.Completed);
        return true;
    }

    /// <summary>Waits until the hub has taken note of everything settled so far.</summary>
    public Task WaitUntilConfirmedAsync()
    {
        if (Confirmed >= _settled.Added)
            return Task.CompletedTask;
        _settled.IsAnswerWanted = true;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting.Enqueue((_settled.Added, done));
        return done.Task;
    }

    public int Write(Span<byte> room) => _settled.Write(room);

    /// <exception cref="MalformedFrameException">It is more than was settled.</exception>
    public void Confirm(long count)
    {
        if (count > _settled.Added || count < Confirmed)
            throw new MalformedFrameException($"Frame Settled counts {count:N0} leases, after {Confirmed:N0}, and {_settled.Added:N0} were settled.");
        Confirmed = count;
        while (_waiting.TryPeek(out (long Target, TaskCompletionSource Done) first) && first.Target <= count)
            _waiting.Dequeue().Done.TrySetResult();
    }

    /// <summary>The reader is closed or the link is over: open leases are the hub's again.</summary>
    public void Close(Exception error)
    {
        HasLost |= _open.Count > 0;
        _lost += _open.Count;
        _isClosed = true;
        _open.Clear();
        while (_waiting.TryDequeue(out (long Target, TaskCompletionSource Done) first))
            first.Done.TrySetException(error);
    }

    /// <summary>The numbers of leases that are open, a bit each from the oldest on. Guarded by its owner's lock.</summary>
    private sealed class OpenLeases
    {
        private ulong[] _bits = new ulong[4];
        private long _first;
        private long _next;

        public int Count { get; private set; }

        /// <summary>Opens a lease; numbers only grow.</summary>
        public void Open(long sequence)
        {
            if (Count == 0)
                _first = sequence;
            while (sequence - (_first & ~63L) >= _bits.Length * 64L)
                Grow();
            _next = sequence + 1;
            Word(sequence) |= 1UL << (int)(sequence & 63);
            Count++;
        }

        /// <returns>False if it is not open.</returns>
        public bool TryClose(long sequence)
        {
            ulong bit = 1UL << (int)(sequence & 63);
            if (Count == 0 || sequence < _first || sequence >= _next || (Word(sequence) & bit) == 0)
                return false;
            Word(sequence) &= ~bit;
            if (--Count > 0 && sequence == _first)
                FindFirst();
            return true;
        }

        /// <summary>Closes the oldest.</summary>
        public bool TryCloseOldest(out long sequence)
        {
            sequence = _first;
            return TryClose(_first);
        }

        public void Clear()
        {
            Array.Clear(_bits);
            Count = 0;
        }

        private ref ulong Word(long sequence) => ref _bits[(sequence >> 6) & (_bits.Length - 1)];

        private void FindFirst()
        {
            ulong rest = Word(_first) & (ulong.MaxValue << (int)(_first & 63));
            while (rest == 0)
            {
                _first = (_first & ~63L) + 64;
                rest = Word(_first);
            }
            _first = (_first & ~63L) + BitOperations.TrailingZeroCount(rest);
        }

        private void Grow()
        {
            var larger = new ulong[_bits.Length * 2];
            for (long word = _first >> 6; word <= (_next - 1) >> 6; word++)
                larger[word & (larger.Length - 1)] = _bits[word & (_bits.Length - 1)];
            _bits = larger;
        }
    }
}

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
