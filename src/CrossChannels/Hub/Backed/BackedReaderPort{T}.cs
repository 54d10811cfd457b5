using System.Diagnostics;
using CrossChannels.Channels;
using CrossChannels.Diagnostics;
using CrossChannels.Links;
using CrossChannels.Protocol;
using CrossChannels.Serialization;
using CrossChannels.Threading;

namespace CrossChannels.Hub;

/// <summary>The hub's end of one remote reader's link: takes an item out of the queue for each of its callers that waits, and keeps it until it is said to be read.</summary>
/// <remarks>What moves is guarded by the channel's lock. The items go out as on every link, by an <see cref="ItemSender"/>.</remarks>
internal sealed class BackedReaderPort<T> : SendingHalf
{
    /// <summary>An item that a reader has had for so long and not read goes to others, if it gives it back.</summary>
    public const long StoppedMilliseconds = 200;

    /// <summary>A join, or the end, asks what was read after a moment: readers at work tell it by themselves.</summary>
    public const long MomentMilliseconds = 10;

    private readonly RankedLock _sync;
    private readonly HubClock _clock;
    private readonly HubOptions _hub;
    private readonly string _name;
    private readonly Task _over;
    private readonly BackedQueue<T> _queue;
    private readonly ItemCodec<T> _codec;
    private readonly int _maxItemBytes;
    private readonly IBackedEvents<T> _events;
    private readonly Outbox _outbox;
    private readonly ItemSender _sender;
    private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<QueuedItem<T>> _held = [];
    private int _loose;
    private long _given;
    private long _givenAt;
    private long _read;
    private long _cut;
    private int _askedFor;
    private bool _isAsked;
    private bool _isAskedForItems;
    private bool _isSilenceLogged;
    private long? _answerDeadline;
    private TaskCompletionSource? _mayGive;
    private bool _isClosed;

    public BackedReaderPort(
        string name, RankedLock sync, HubClock clock, HubOptions hub, Task over, BackedQueue<T> queue, ItemCodec<T> codec, int maxItemBytes, IBackedEvents<T> events, Outbox outbox)
    {
        _name = name;
        _sync = sync;
        _clock = clock;
        _hub = hub;
        _over = over;
        _queue = queue;
        _codec = codec;
        _maxItemBytes = maxItemBytes;
        _events = events;
        _outbox = outbox;
        _sender = new ItemSender(outbox, new SenderOptions(codec.ElementSize, maxItemBytes, hub.Connection.MaxUnsentBytes, WakeInline: false, IsOnDemand: true));
    }

    /// <summary>Its link; set before that begins.</summary>
    public Link Link { get; set; } = null!;

    /// <summary>Items that it was given and has not said to have read, and such as are just coming or going.</summary>
    public int HeldLocked
    {
        get
        {
            _sync.AssertHeld();
            return _held.Count + _loose;
        }
    }

    public long ReadItems => Volatile.Read(ref _read);

    public override Closure? Closure => _sender.Closure;

    public override long UnreceivedCount => _sender.UnreceivedCount;

    public override bool HasWaiters => false;

    internal override bool HasSendableLocked => _sender.HasSendableLocked;

    internal override bool HasItemsLocked => _sender.HasItemsLocked;

    internal override Block? TakeBlockLocked(ref WakeList wake) => _sender.TakeBlockLocked(ref wake);

    internal override void ReturnBlockLocked(Block block) => _sender.ReturnBlockLocked(block);

    public override void Open(CreditFrame credit, int peerMaxItemBytes)
    {
        // One that did not say so in its hello, where it would have been refused.
        int largest = _codec.ElementSize > 0 ? _codec.ElementSize : _maxItemBytes;
        if (peerMaxItemBytes < largest)
            Link.Abort($"A reader of this channel must take items of {largest:N0} bytes, and this one takes {peerMaxItemBytes:N0} (MaxItemBytes).");
        else
            _sender.Open(credit, peerMaxItemBytes);
    }

    public override bool TryGrant(CreditFrame credit, ref WakeList wake) => _sender.TryGrant(credit, ref wake);

    public override bool TryCount(long count, bool read, ref WakeList wake)
    {
        if (!_sender.TryCount(count, read, ref wake))
            return false;
        // Finished: it has read all that it has not given back.
        if (read)
            Report(static port => port._read + port._held.Count);
        return true;
    }

    public override bool TryHandle(FrameType type, ReadOnlySpan<byte> body, ref WakeList wake)
    {
        switch (type)
        {
            case FrameType.Report:
                long read = CounterFrame.Read(body, type);
                Require(Report(_ => read), type);
                return true;
            case FrameType.Reclaimed:
                Require(TakeBack(ReclaimedFrame.Parse(body)), type);
                return true;
            default:
                return _sender.TryHandle(type, body, ref wake);
        }
    }

    public override bool IsRepeated(FrameType type, ReadOnlySpan<byte> body) => type == FrameType.Report && CounterFrame.Read(body, type) == ReadItems;

    public override bool TryClose(Func<long, Closure> makeClosure, bool drop, OutFrame? last)
    {
        if (!_sender.TryClose(makeClosure, drop, last))
            return false;
        QueuedItem<T>[] rest;
        using (_sync.Enter())
        {
            _isClosed = true;
            rest = [.. _held];
            _held.Clear();
            _loose += rest.Length;
            _mayGive?.TrySetResult();
        }
        // One that closes has told before what it read; of one that is lost, what it has not told of may come twice.
        GiveBack(rest);
        _left.TrySetResult();
        _events.OnReaderMoved();
        return true;
    }

    public override void Detach(Func<long, Exception> makeError) => _sender.Detach(makeError);

    /// <summary>Gives items away until the reader has left, or nothing is left to read.</summary>
    public async Task ServeAsync()
    {
        using var over = new CancellationTokenSource();
        Task ended = CancelWhenOverAsync(over);
        try
        {
            // Waits and then takes, since a read that is handed an item just as the link ends would have taken it from all others.
            while (await _sender.WaitAsync(over.Token).ConfigureAwait(false) && await _queue.WaitToReadAsync(over.Token).ConfigureAwait(false))
                await GiveOneAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException || _sender.Closure is not null || _over.IsCompleted)
        {
            // The link or the channel is over; which, the caller sees.
        }
        await ended.ConfigureAwait(false);
    }

    /// <summary>Asks the reader, if it is time, what it has read, and for what it has not.</summary>
    /// <param name="isAwaited">A join, or the end, waits for what it has.</param>
    /// <param name="after">Gets what is to be done once the lock is left.</param>
    /// <returns>When to look again, in milliseconds of the hub's clock.</returns>
    public long LookLocked(bool isAwaited, List<Action> after)
    {
        _sync.AssertHeld();
        long now = _clock.Now;
        if (_isClosed || _held.Count == 0)
            return long.MaxValue;
        if (_answerDeadline is { } deadline)
        {
            if (now < deadline)
                return deadline;
            _answerDeadline = _clock.After(_hub.RevokeTimeout);
            after.Add(CutOffUnlessAtWork);
            return _answerDeadline.Value;
        }
        bool isStopped = now - _givenAt >= StoppedMilliseconds;
        if (_isAskedForItems || (_isAsked && !isStopped) || !(isAwaited || isStopped))
            return _isAskedForItems ? long.MaxValue : _givenAt + StoppedMilliseconds;
        // Both ends must mean the same by its newest items: nothing may be on its way when it is asked for some.
        if (_loose > 0 || _sender.SentItems != _given)
            return now + MomentMilliseconds;
        _isAsked = true;
        _isAskedForItems = isStopped;
        _askedFor = isStopped ? _held.Count : 0;
        if (isStopped)
            _mayGive = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _answerDeadline = _clock.After(_hub.RevokeTimeout);
        var ask = new OutFrame(FrameType.Reclaim, _askedFor);
        after.Add(() => _outbox.Post(ask));
        return Math.Min(_answerDeadline.Value, _givenAt + StoppedMilliseconds);
    }

    private static void Require(bool isRight, FrameType type)
    {
        if (!isRight)
            throw new MalformedFrameException($"Frame {type} counts items that this reader was not sent, or has told of before.");
    }

    /// <summary>Ends what <see cref="ServeAsync"/> waits for when the reader has left, or nothing is left to read.</summary>
    private async Task CancelWhenOverAsync(CancellationTokenSource over)
    {
        await Task.WhenAny(_left.Task, _over).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
    }

    private async ValueTask GiveOneAsync()
    {
        Task? wait;
        _clock.Refresh();
        using (_sync.Enter())
        {
            if (_isClosed)
                return;
            wait = _mayGive?.Task;
            // What is just being taken is seen by whoever asks whether anything is left.
            _loose += wait is null ? 1 : 0;
        }
        if (wait is not null)
        {
            await wait.ConfigureAwait(false);
            return;
        }
        if (_queue.TryRead(out QueuedItem<T> item))
            Give(item);
        using (_sync.Enter())
            _loose--;
        _events.OnReaderMoved();
    }

    private void Give(in QueuedItem<T> item)
    {
        if (item.Error is not null)
        {
            _events.Lose(item, Link, item.Error);
            return;
        }
        try
        {
            if (item.Item is null)
            {
                Give(item, default, isNull: true);
                return;
            }
            if (_codec.TryGetBytes(item.Item, out ReadOnlyMemory<byte> bytes))
            {
                Give(item, bytes.Span, isNull: false);
                return;
            }
            ItemBuffer buffer = ItemBuffer.Take();
            try
            {
                _codec.Encode(item.Item, buffer);
                Give(item, buffer.Written, isNull: false);
            }
            finally
            {
                buffer.Return();
            }
        }
        catch (Exception e)
        {
            // Its serializer cannot write what it has read, or not within the limit.
            _events.Lose(item, Link, e);
        }
    }

    /// <exception cref="ItemTooLargeException">No reader will ever take it.</exception>
    private void Give(in QueuedItem<T> item, ReadOnlySpan<byte> bytes, bool isNull)
    {
        if (bytes.Length > _maxItemBytes)
            throw new ItemTooLargeException(bytes.Length, _maxItemBytes, "MaxItemBytes");
        bool isClosed;
        using (_sync.Enter())
        {
            isClosed = _isClosed;
            if (!isClosed)
            {
                // Before it is sent, since it may be said to be read at once.
                _held.Add(_queue.Number(item));
                _given++;
                _givenAt = _clock.Now;
                _isAsked = _isAskedForItems = false;
                _events.OnGivenLocked();
            }
        }
        if (isClosed)
            _events.GiveBack(item, Link);
        else
            // If it is refused, the link is over, and what is held goes back.
            _sender.TryAccept(bytes, isNull);
    }

    /// <param name="getRead">How many the reader has read in all; called under the lock.</param>
    /// <returns>False if that cannot be.</returns>
    private bool Report(Func<BackedReaderPort<T>, long> getRead)
    {
        using (_sync.Enter())
        {
            // What it had is given back, and others may have it.
            if (_isClosed)
                return true;
            if (!TryReportLocked(getRead(this)))
                return false;
        }
        _events.OnReaderMoved();
        return true;
    }

    private bool TryReportLocked(long read)
    {
        _sync.AssertHeld();
        long count = read - _read;
        if (count < 0 || count > _held.Count)
            return false;
        foreach (QueuedItem<T> item in _held[..(int)count])
            _events.Joins.Leave(item.Epoch);
        _held.RemoveRange(0, (int)count);
        Volatile.Write(ref _read, read);
        return true;
    }

    private bool TakeBack(ReclaimedFrame answer)
    {
        QueuedItem<T>[] back;
        using (_sync.Enter())
        {
            if (_isClosed)
                return true;
            long cut = answer.Cut - _cut;
            if (_answerDeadline is null || !TryReportLocked(answer.Read) || cut < 0 || cut > Math.Min(_held.Count, _askedFor))
                return false;
            int first = _held.Count - (int)cut;
            back = [.. _held[first..]];
            _held.RemoveRange(first, (int)cut);
            _loose += back.Length;
            _cut = answer.Cut;
            _answerDeadline = null;
            _mayGive?.TrySetResult();
            _mayGive = null;
        }
        GiveBack(back);
        _events.OnReaderMoved();
        return true;
    }

    private void GiveBack(QueuedItem<T>[] items)
    {
        foreach (QueuedItem<T> item in items)
            _events.GiveBack(item, Link);
        using (_sync.Enter())
            _loose -= items.Length;
    }

    /// <summary>It did not answer. A process that runs may only have a thread pool full of work that blocks, and what it has would be read twice.</summary>
    private void CutOffUnlessAtWork()
    {
        if (Debugger.IsAttached)
            return;
        double seconds = _hub.RevokeTimeout.TotalSeconds;
        if (!PeerLife.IsAtWork(Link.LocalProcessId))
        {
            Link.GiveUp($"The reader did not give back items that others wait for within RevokeTimeout, {seconds:N1} s; channel '{_name}' goes on without it.");
            return;
        }
        if (!_isSilenceLogged)
            Log.PeerSilent(_hub.Connection.Logger, _name, Link.PeerName, seconds);
        _isSilenceLogged = true;
    }
}
