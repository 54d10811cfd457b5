using CrossChannels.Buffers;
using CrossChannels.Protocol;

namespace CrossChannels.Links;

/// <summary>Control frames that wait to be written: the greeting first, then frames of a link at work, then those that end it. Guarded by the outbox's lock.</summary>
internal sealed class ControlQueue
{
    /// <summary>A peer that does not read gets no more answers to its pings than this queued.</summary>
    private const int MaxWaitingPongs = 64;

    /// <summary>A hub that asks again before it has its answer breaks the protocol; it gets no more answers than this queued.</summary>
    private const int MaxWaitingAnswers = 64;

    /// <summary>A hub that does not read is not told of more waits that began and were given up.</summary>
    private const int MaxWaitingWants = 8;

    private readonly Queue<byte[]> _greeting = new(1);
    private readonly Queue<OutFrame> _frames = new(0);
    private readonly Queue<OutFrame> _afterItems = new(0);
    private int _answers;
    private int _wants;
    private long _received = -1;
    private long _joined = -1;
    private long _settled = -1;
    private long _doorbells;
    private byte[]? _lastWords;
    private byte[]? _rented;

    /// <summary>The greeting is over, so that frames may go.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>The goodbye was taken: nothing follows it but last words.</summary>
    public bool IsGoodbyeSaid { get; private set; }

    /// <summary>Last words were taken: nothing follows them.</summary>
    public bool AreLastWordsSaid { get; private set; }

    /// <summary>Something goes before, and without, items.</summary>
    public bool HasUrgent => _lastWords is not null || _greeting.Count > 0 || (IsOpen && (_frames.Count > 0 || _doorbells != 0));

    /// <summary>Whether a Want may be followed by its withdrawal.</summary>
    public bool MayWithdraw => _wants < MaxWaitingWants;

    /// <summary>Something goes when no item is left.</summary>
    public bool HasAfterItems => IsOpen && _afterItems.Count > 0;

    public void AddGreeting(byte[] bytes, bool isOver)
    {
        _greeting.Enqueue(bytes);
        IsOpen |= isOver;
    }

    public void Add(OutFrame frame)
    {
        if (IsGoodbyeSaid)
            return;
        // A peer that parks without end gets one frame, whatever it was rung for.
        if (frame.Type == FrameType.Doorbell)
        {
            _doorbells |= frame.Value;
            return;
        }
        if (IsCount(frame))
        {
            // It counts all, so that one that waits to be written takes the newer count: a peer that asks and does not read makes one wait, not many.
            ref long waiting = ref WaitingCount(frame.Type);
            bool isWaiting = waiting >= 0;
            waiting = Math.Max(waiting, frame.Value);
            if (isWaiting)
                return;
        }
        if (IsWant(frame))
            _wants++;
        if (IsAnswer(frame) && ++_answers > MaxWaitingAnswers)
            _answers--;
        else if (frame.Type != FrameType.Pong || _frames.Count < MaxWaitingPongs)
            (frame.IsAfterItems ? _afterItems : _frames).Enqueue(frame);
    }

    /// <summary>Drops everything but these words, and the greeting, without which they mean nothing.</summary>
    public void ReplaceBy(byte[] lastWords)
    {
        _frames.Clear();
        _afterItems.Clear();
        _doorbells = 0;
        _received = _joined = _settled = -1;
        _answers = _wants = 0;
        _lastWords = lastWords;
    }

    public void Clear()
    {
        ReplaceBy([]);
        _greeting.Clear();
        _lastWords = null;
    }

    /// <summary>Takes what is written by itself: greeting, last words, frames with texts.</summary>
    /// <param name="withFrames">False while something is due that such a frame may end.</param>
    /// <param name="bytes">What is to be written.</param>
    public bool TryTakeAlone(bool withFrames, out ReadOnlyMemory<byte> bytes)
    {
        bytes = default;
        if (_greeting.TryDequeue(out byte[]? greeting))
        {
            bytes = greeting;
            return true;
        }
        if (_lastWords is { } lastWords)
        {
            _lastWords = null;
            AreLastWordsSaid = true;
            bytes = lastWords;
            return true;
        }
        if (!withFrames || !IsOpen || !_frames.TryPeek(out OutFrame frame) || frame.IsSmall)
            return false;
        bytes = Write(_frames.Dequeue());
        return true;
    }

    /// <summary>Writes as many small frames as fit.</summary>
    /// <returns>Bytes written.</returns>
    public int WriteSmall(Span<byte> room)
    {
        int length = 0;
        if (_doorbells != 0 && CounterFrame.Size <= room.Length)
        {
            length = CounterFrame.Write(room, FrameType.Doorbell, _doorbells);
            _doorbells = 0;
        }
        while (length + CounterFrame.Size <= room.Length && _frames.TryPeek(out OutFrame frame) && frame.IsSmall)
        {
            if (IsAnswer(frame))
                _answers--;
            if (IsWant(frame))
                _wants--;
            frame = _frames.Dequeue();
            if (IsCount(frame))
            {
                ref long waiting = ref WaitingCount(frame.Type);
                frame = frame with { Value = waiting };
                waiting = -1;
            }
            length += frame.Write(room[length..]);
        }
        return length;
    }

    /// <summary>Takes the next frame that says that no item follows.</summary>
    public bool TryTakeAfterItems(out ReadOnlyMemory<byte> bytes)
    {
        bytes = default;
        if (!_afterItems.TryDequeue(out OutFrame frame))
            return false;
        IsGoodbyeSaid = frame.Type == FrameType.Goodbye;
        IsOpen = !IsGoodbyeSaid;
        bytes = Write(frame);
        return true;
    }

    /// <summary>What was taken has been written.</summary>
    public void Free()
    {
        if (_rented is not { } rented)
            return;
        _rented = null;
        BufferPool.Return(rented);
    }

    /// <summary>What the peer is told of all its items or leases; where it waits to be written, its count is kept apart.</summary>
    private static bool IsCount(in OutFrame frame) => frame.Type is FrameType.Received or FrameType.Joined or FrameType.Settled;

    private ref long WaitingCount(FrameType type)
    {
        if (type == FrameType.Received)
            return ref _received;
        if (type == FrameType.Joined)
            return ref _joined;
        return ref _settled;
    }

    private static bool IsWant(in OutFrame frame) => frame.Type is FrameType.Want or FrameType.WantWithdrawn;

    private static bool IsAnswer(in OutFrame frame) => frame.Type is FrameType.Revoked or FrameType.Reclaimed;

    private ReadOnlyMemory<byte> Write(OutFrame frame)
    {
        _rented = BufferPool.Rent(OutFrame.MaxSize, nameof(ControlQueue));
        return _rented.AsMemory(0, frame.Write(_rented));
    }
}
