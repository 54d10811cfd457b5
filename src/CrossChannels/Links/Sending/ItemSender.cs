using System.Diagnostics;
using System.Runtime.CompilerServices;
using CrossChannels.Diagnostics;
using CrossChannels.Protocol;
using CrossChannels.SharedMemory;
using CrossChannels.Threading;
using Microsoft.Extensions.Logging;

namespace CrossChannels.Links;

/// <summary>One direction of a link at its writing end: accepts items as bytes, within credit, and gathers them into blocks.</summary>
internal sealed class ItemSender : SendingHalf
{
    private readonly Outbox _outbox;
    private readonly RankedLock _sync;
    private readonly bool _wakeInline;
    private readonly WriterWaiters _waiters;
    private readonly WaiterQueue _blocked;
    private readonly int _elementSize;
    private readonly bool _isTraced;
    private readonly SenderAcks _counts;
    private readonly SentBlocks? _sent;
    private SendBacklog _backlog;
    private ItemLimit _limit;
    private WelcomeFrame? _expected;
    private long _acceptedAtRevoke = -1;
    private Closure? _closure;

    public ItemSender(Outbox outbox, SenderOptions options)
    {
        _outbox = outbox;
        _sync = outbox.Sync;
        _limit = new ItemLimit(options.MaxItemBytes);
        _wakeInline = options.WakeInline;
        _elementSize = options.ElementSize;
        _isTraced = options.IsShared;
        _backlog = new SendBacklog(options);
        _waiters = new WriterWaiters(outbox, options.IsShared);
        _blocked = _waiters.Blocked;
        _counts = new SenderAcks(outbox);
        _sent = options.KeepsUnreceived ? new SentBlocks() : null;
    }

    public override Closure? Closure => Volatile.Read(ref _closure);

    /// <summary>The callers that wait to write.</summary>
    internal WriterWaiters Waiters => _waiters;

    /// <summary>The callers that wait until all is read.</summary>
    internal AckWatch ReadWatch => _counts.Read;

    /// <summary>What was accepted is kept until the peer has received it, so that nothing may be sent from a caller's memory.</summary>
    public bool KeepsUnreceived => _sent is not null;

    public override long UnreceivedCount { get { using (_sync.Enter()) return UnreceivedLocked; } }

    public override bool HasWaiters { get { using (_sync.Enter()) return _waiters.IsAny || _counts.HasWaiters; } }

    /// <summary>Whether it is worth while to serialize an item. A hint; a false sends what is pending, as every refusal does.</summary>
    public bool MayAccept
    {
        get
        {
            using (_sync.Enter())
            {
                if (_closure is null && _backlog.HasRoom && _blocked.IsEmpty)
                    return true;
                _closure?.ThrowIfMoved();
                _waiters.Want(_backlog.Credit);
            }
            _outbox.SendInline(withFeedback: false);
            return false;
        }
    }

    internal override bool HasSendableLocked
    {
        get
        {
            _sync.AssertHeld();
            return _backlog.HasSendable;
        }
    }

    public long SentItems { get { using (_sync.Enter()) return _backlog.Credit.SentItems; } }

    internal override bool HasItemsLocked
    {
        get
        {
            _sync.AssertHeld();
            return _backlog.HasItems;
        }
    }

    private long UnreceivedLocked
    {
        get
        {
            _sync.AssertHeld();
            return _backlog.UnreceivedItems(_counts.Received);
        }
    }

    /// <summary>Accepts one item of a plain fixed size.</summary>
    public bool TryAccept<TItem>(TItem item)
    {
        bool isAccepted, isClaimed = false;
        using (_sync.Enter())
        {
            isAccepted = _closure is null && _backlog.HasRoom && _blocked.IsEmpty;
            if (isAccepted)
            {
                TraceLocked();
                _backlog.Append(item);
                isClaimed = ClaimLocked();
            }
            else
            {
                _closure?.ThrowIfMoved();
                _waiters.Want(_backlog.Credit);
            }
        }
        if (isClaimed)
            _outbox.SendClaimed();
        else if (isAccepted)
            _outbox.EnsureOpen();
        if (isAccepted)
            return true;
        // Whoever finds no room waits next, or polls: what is pending leaves now.
        _outbox.SendInline(withFeedback: false);
        return false;
    }

    /// <summary>Accepts as many items of a plain fixed size as there is room for.</summary>
    public int TryAcceptMany<TItem>(ReadOnlySpan<TItem> items)
    {
        int accepted = 0;
        bool isClaimed = false;
        using (_sync.Enter())
        {
            if (_closure is not null || !_blocked.IsEmpty)
            {
                _closure?.ThrowIfMoved();
                return 0;
            }
            TraceLocked();
            while (accepted < items.Length && _backlog.HasRoom)
            {
                accepted += _backlog.AppendMany(items[accepted..]);
                isClaimed |= ClaimLocked();
            }
            if (accepted < items.Length)
                _waiters.Want(_backlog.Credit);
        }
        if (isClaimed)
            _outbox.SendClaimed();
        else
            _outbox.EnsureOpen();
        return accepted;
    }

    /// <summary>Accepts one serialized item.</summary>
    /// <exception cref="ItemTooLargeException">No reader at this link will ever take it.</exception>
    public bool TryAccept(ReadOnlySpan<byte> item, bool isNull)
    {
        bool isAccepted, isClaimed = false;
        using (_sync.Enter())
        {
            if (_closure is not null)
            {
                _closure.ThrowIfMoved();
                return false;
            }
            if (_limit.Check(item.Length) is { } error)
                throw error;
            isAccepted = _backlog.HasRoom && _blocked.IsEmpty;
            if (isAccepted)
            {
                TraceLocked();
                isClaimed = AppendLocked(item, isNull);
            }
            else
                _waiters.Want(_backlog.Credit);
        }
        if (isClaimed)
            _outbox.SendClaimed();
        else if (isAccepted)
            _outbox.EnsureOpen();
        if (isAccepted)
            return true;
        _outbox.SendInline(withFeedback: false);
        return false;
    }

    /// <summary>Accepts one serialized item, or waits until there is room.</summary>
    public ValueTask AcceptAsync(ReadOnlySpan<byte> item, bool isNull, CancellationToken cancellationToken)
    {
        // Room that is just being granted is often a few instructions away; what is pending must leave before anybody waits for an answer.
        _outbox.SendInline(withFeedback: false);
        WriteWaiter waiter;
        short version;
        using (_sync.Enter())
        {
            if (_closure is { } closure)
                return closure.FailWriteAsync();
            if (_limit.Check(item.Length) is { } tooLarge)
                return ValueTask.FromException(tooLarge);
            if (_backlog.HasRoom && _blocked.IsEmpty)
            {
                TraceLocked();
                if (AppendLocked(item, isNull))
                    _outbox.ReleaseClaimLocked();
                return default;
            }
            waiter = _waiters.Block(item, isNull);
            waiter.Trace = CurrentTrace;
            _waiters.Want(_backlog.Credit);
            version = waiter.Version;
        }
        ChannelMetrics.CreditStalled(_outbox.Tags);
        waiter.Watch(cancellationToken);
        var wait = new ValueTask(waiter, version);
        return ChannelMetrics.AreWaitsTimed ? ChannelMetrics.TimeAsync(wait, _outbox.Tags) : wait;
    }

    /// <summary>Accepts one large item that is its own bytes and writes it from the caller's memory; done when it is written.</summary>
    public ValueTask AcceptLargeAsync(ReadOnlyMemory<byte> item)
    {
        WriteWaiter waiter;
        short version;
        using (_sync.Enter())
        {
            if (_closure is { } closure)
                return closure.FailWriteAsync();
            if (_limit.Check(item.Length) is { } tooLarge)
                return ValueTask.FromException(tooLarge);
            waiter = _waiters.ForItem();
            waiter.Large = item;
            waiter.Trace = CurrentTrace;
            version = waiter.Version;
            if (!_backlog.HasRoom || !_blocked.IsEmpty)
            {
                _blocked.Enqueue(waiter);
                _waiters.Want(_backlog.Credit);
            }
            else if (AppendLargeLocked(waiter))
                _outbox.ReleaseClaimLocked();
        }
        _outbox.SendInline(withFeedback: false);
        return new ValueTask(waiter, version);
    }

    /// <summary>Waits until there may be room.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        _outbox.SendInline(withFeedback: false);
        Waiter waiter;
        short version;
        using (_sync.Enter())
        {
            if (_closure is { } closure)
                return closure.EndWaitAsync();
            if (_backlog.HasRoom && _blocked.IsEmpty)
                return new ValueTask<bool>(true);
            waiter = _waiters.Wait();
            _waiters.Want(_backlog.Credit);
            version = waiter.Version;
        }
        ChannelMetrics.CreditStalled(_outbox.Tags);
        waiter.Watch(cancellationToken);
        var wait = new ValueTask<bool>(waiter, version);
        return ChannelMetrics.AreWaitsTimed ? ChannelMetrics.TimeAsync(wait, _outbox.Tags) : wait;
    }

    /// <summary>Waits until the peer process has received, or its reader has taken, every item accepted so far.</summary>
    public ValueTask WaitForAckAsync(AckLevel level, CancellationToken cancellationToken)
    {
        AckWaiter? waiter;
        short version;
        using (_sync.Enter())
        {
            if (!_counts.TryWait(_backlog.Credit.AcceptedItems, level, out waiter, out Exception? error))
                return error is null ? default : ValueTask.FromException(error);
            version = waiter.Version;
        }
        _outbox.SendInline(withFeedback: false);
        waiter.Watch(cancellationToken);
        return new ValueTask(waiter, version);
    }

    /// <summary>What the reader will grant first is known before it has greeted: items are accepted at once, and sent when it has.</summary>
    public void Expect(WelcomeFrame welcome)
    {
        using (_sync.Enter())
        {
            _expected = welcome;
            _limit.ReaderMaxBytes = welcome.MaxItemBytes;
            _backlog.Expect(welcome.Credit);
        }
    }

    public override string? ShortageOf(WelcomeFrame welcome)
    {
        using (_sync.Enter())
        {
            if (_expected is not { } expected)
                return null;
            if (welcome.Credit.Items < expected.Credit.Items)
                return $"reads a channel of {welcome.Credit.Items:N0} items, and this end was to expect {(expected.Credit.Items == long.MaxValue ? "an unbounded one (ExpectUnboundedReader)" : $"{expected.Credit.Items:N0}")}.";
            if (welcome.MaxItemBytes < expected.MaxItemBytes)
                return $"reads items of {welcome.MaxItemBytes:N0} bytes at most, and this end, which was to write before it knew that, allows {expected.MaxItemBytes:N0}: see ItemOptions.MaxItemBytes.";
            return _backlog.Fits(welcome.Credit)
                ? null
                : $"keeps {welcome.Credit.Bytes:N0} bytes at most unread (ConnectionOptions.MaxUnreadBytes), which is less than a batch of what this end was to write before it knew that.";
        }
    }

    /// <summary>Whether a lane may take this half's place, before it has a connection: there is room for what was accepted.</summary>
    internal bool MayHandOverLocked(LaneLayout lane)
    {
        _sync.AssertHeld();
        return _counts.Error is null && _backlog.Credit.AcceptedItems <= lane.Capacity && _backlog.MostRecordBytes <= lane.MaxBytes;
    }

    /// <summary>Gives all that it has to the lane that takes its place. From here on no call is let in.</summary>
    /// <param name="publish">Called with each accepted item, in order.</param>
    /// <param name="wake">Gets the writers whose large items were published.</param>
    /// <returns>Why nothing more is accepted; null if something is.</returns>
    internal Closure? HandOverLocked(LaneItem publish, ref WakeList wake)
    {
        _sync.AssertHeld();
        while (_backlog.HasItems)
        {
            Block block = _backlog.Take(out _);
            ReadOnlySpan<byte> payload = block.Payload;
            if (!block.Large.IsEmpty)
            {
                publish(block.Large.Span, isNull: false);
                block.LargeWriter!.Decide(true);
                wake.Add(block.LargeWriter);
                payload = default;
            }
            ForEachItem(payload, publish);
            _backlog.Return(block);
        }
        // What is published is received.
        _counts.Advance(_backlog.Credit.AcceptedItems, read: false, ref wake);
        Closure? closure = _closure;
        if (closure is null)
            Volatile.Write(ref _closure, Closure.HandedOver);
        _counts.HandOver(Closure.HandedOver.Error!);
        return closure;
    }

    /// <summary>Cuts the payload of a block into its items.</summary>
    private void ForEachItem(ReadOnlySpan<byte> payload, LaneItem take)
    {
        while (!payload.IsEmpty)
        {
            int length = ItemsHeader.LengthOfFirst(payload, _elementSize), prefix = _elementSize > 0 ? 0 : ItemsHeader.LengthPrefix;
            take(payload[prefix..length], isNull: prefix > 0 && ItemsHeader.IsNull(payload));
            payload = payload[length..];
        }
    }

    public override void Open(CreditFrame credit, int peerMaxItemBytes)
    {
        WakeList wake = default;
        using (_sync.Enter())
        {
            _limit.ReaderMaxBytes = peerMaxItemBytes;
            _backlog.Open(credit);
            AdmitLocked(ref wake);
            // What was accepted before the greeting has nobody else who sends it.
            _outbox.ScheduleIfWorkLocked();
        }
        wake.Wake(inline: false);
    }

    public override bool TryGrant(CreditFrame credit, ref WakeList wake)
    {
        using (_sync.Enter())
        {
            if (!_backlog.Credit.TryGrant(credit.Items, credit.Bytes))
                return false;
            _waiters.Granted();
            AdmitLocked(ref wake);
            if (_outbox.IsIdleLocked && HasSendableLocked)
                _outbox.ScheduleLocked();
            return true;
        }
    }

    public override bool TryCount(long count, bool read, ref WakeList wake)
    {
        using (_sync.Enter())
        {
            if (count > _backlog.Credit.SentItems)
                return false;
            _counts.Advance(count, read, ref wake);
            AckSentLocked();
            return true;
        }
    }

    public override bool TryClose(Func<long, Closure> makeClosure, bool drop, OutFrame? last)
    {
        WakeList wake = default;
        using (_sync.Enter())
        {
            if (_closure is not null)
                return false;
            Closure closure = makeClosure(UnreceivedLocked);
            Volatile.Write(ref _closure, closure);
            // Without a last frame the link is dead.
            if (drop && last is null)
                KeepUnsentLocked();
            if (drop)
                _backlog.Drop(closure.ForItem(), ref wake);
            if (last is { } frame)
                _outbox.PostLocked(frame with { Value = _backlog.TotalItems });
            _waiters.End(closure, ref wake);
        }
        // A process that exits leaves its threads where they are.
        if (!_closure.IsExit)
            wake.Wake(_wakeInline);
        TellEnded(_closure);
        return true;
    }

    /// <summary>Fails those that wait for a count, and drops what is unsent.</summary>
    public override void Detach(Func<long, Exception> makeError)
    {
        WakeList wake = default;
        using (_sync.Enter())
        {
            Exception error = _counts.Error ?? makeError(UnreceivedLocked);
            KeepUnsentLocked();
            _backlog.Drop(Links.Closure.Closed(error), ref wake);
            _outbox.ScheduleIfWorkLocked();
            _counts.Fail(error, ref wake);
        }
        if (_closure is not { IsExit: true })
            wake.Wake(inline: false);
    }

    internal override Block? TakeBlockLocked(ref WakeList wake)
    {
        if (!HasSendableLocked)
            return null;
        Block block = _backlog.Take(out bool wasFull);
        _sent?.Add(block);
        if (wasFull)
            AdmitLocked(ref wake);
        return block;
    }

    public override bool TryHandle(FrameType type, ReadOnlySpan<byte> body, ref WakeList wake)
    {
        if (!_waiters.IsShared || type != FrameType.Revoke)
            return false;
        using (_sync.Enter())
        {
            _acceptedAtRevoke = _backlog.Credit.AcceptedItems;
            _backlog.Credit.Revoke();
            _outbox.PostLocked(new OutFrame(FrameType.Revoked, _backlog.Credit.AcceptedItems));
            // What was asked for may have been granted, and was taken back before it was told.
            _waiters.Granted();
            if (_waiters.IsAny)
                _waiters.Want(_backlog.Credit);
        }
        return true;
    }

    /// <remarks>An honest hub asks for credit back that its writer does not use, and then waits; one that only asks again says nothing new.</remarks>
    public override bool IsRepeated(FrameType type, ReadOnlySpan<byte> body)
    {
        using (_sync.Enter())
        {
            return type switch
            {
                FrameType.Revoke => _backlog.Credit.AcceptedItems == _acceptedAtRevoke,
                _ => false,
            };
        }
    }

    internal override void ReturnBlockLocked(Block block)
    {
        _sync.AssertHeld();
        block.IsWritten = true;
        if (!block.IsKept)
            _backlog.Return(block);
        AskForSentLocked();
    }

    /// <summary>Takes, once, what was accepted and is not known to be received, of a link that is over.</summary>
    public Queue<UnreceivedItem> TakeUnreceived()
    {
        var items = new Queue<UnreceivedItem>();
        using (_sync.Enter())
        {
            foreach (Block block in _sent?.TakeAll() ?? [])
            {
                long sequence = block.FirstSequence;
                ForEachItem(block.Payload, (item, isNull) =>
                {
                    if (sequence++ >= _counts.Received)
                        items.Enqueue(new UnreceivedItem(item.ToArray(), isNull));
                });
                if (block.IsWritten)
                    _backlog.Return(block);
            }
        }
        return items;
    }

    /// <summary>What will not be sent is unreceived too.</summary>
    private void KeepUnsentLocked()
    {
        _sync.AssertHeld();
        if (_sent is null)
            return;
        while (_backlog.HasItems)
        {
            Block block = _backlog.Take(out _);
            block.IsWritten = true;
            _sent.Add(block);
        }
    }

    private void AckSentLocked()
    {
        _sync.AssertHeld();
        if (_sent is null)
            return;
        while (_sent.TryTakeReceived(_counts.Received, out Block? block))
        {
            if (block.IsWritten)
                _backlog.Return(block);
        }
        AskForSentLocked();
    }

    /// <summary>One question is under way at a time, for all that has left by then.</summary>
    private void AskForSentLocked()
    {
        if (_sent is not null)
            _counts.Ask(_backlog.Credit.SentItems);
    }

    /// <summary>Lets blocked writes in, in order; if none is left and there is room, wakes all that wait for room; asks for those that credit does not reach.</summary>
    private void AdmitLocked(ref WakeList wake)
    {
        _sync.AssertHeld();
        if (_closure is not null)
            return;
        while (_blocked.First is WriteWaiter first)
        {
            ItemTooLargeException? error = _limit.Check(first.Length);
            if (error is null && !_backlog.HasRoom)
                break;
            _blocked.Dequeue();
            _backlog.BelongTo(first.Trace);
            bool isLarge = !first.Large.IsEmpty && error is null;
            if (error is null && (isLarge ? AppendLargeLocked(first) : AppendLocked(first.Item, first.IsNull)))
                _outbox.ReleaseClaimLocked();
            if (isLarge)
                continue;
            first.Decide(true, error);
            wake.Add(first);
        }
        if (_backlog.HasRoom)
            _waiters.WakeWaiting(ref wake);
        else if (_waiters.IsAny)
            _waiters.Want(_backlog.Credit);
    }

    /// <returns>Whether the caller must have the outbox send, or give its claim up.</returns>
    private bool AppendLocked(ReadOnlySpan<byte> item, bool isNull)
    {
        _sync.AssertHeld();
        _backlog.Append(item, isNull);
        return ClaimLocked();
    }

    private bool AppendLargeLocked(WriteWaiter waiter)
    {
        _sync.AssertHeld();
        _backlog.BelongTo(waiter.Trace);
        _backlog.AppendLarge(waiter);
        return ClaimLocked();
    }

    /// <summary>The trace that this call's items belong to. Only a hub does anything with it.</summary>
    private ActivityContext CurrentTrace => _isTraced ? ChannelTracing.Current : default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void TraceLocked()
    {
        if (ChannelTracing.IsOn || _backlog.IsTraced)
            _backlog.BelongTo(CurrentTrace);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool ClaimLocked() => _outbox.IsIdleLocked && _backlog.HasSendable && _outbox.ClaimLocked();
}

/// <summary>Takes one item of those that a sender had accepted.</summary>
internal delegate void LaneItem(ReadOnlySpan<byte> item, bool isNull);

/// <summary>What an item sender needs to know of the channel that it serves.</summary>
/// <param name="ElementSize">Bytes of an item of fixed size, or 0.</param>
/// <param name="MaxItemBytes">The largest item in bytes.</param>
/// <param name="MaxUnsentBytes">Bytes that may be accepted and unsent.</param>
/// <param name="WakeInline">Whether a user's continuation may run on a thread that calls into this end.</param>
/// <param name="IsShared">The capacity is shared with other writers: credit is asked for, and may be taken back.</param>
/// <param name="IsOnDemand">At a hub: the reader grants credit for each item that it waits for.</param>
/// <param name="KeepsUnreceived">What was accepted is kept until the peer has received it, to be sent again elsewhere if it does not.</param>
/// <param name="Logger">The log of the link.</param>
internal sealed record SenderOptions(
    int ElementSize, int MaxItemBytes, long MaxUnsentBytes, bool WakeInline, bool IsShared = false, bool IsOnDemand = false, bool KeepsUnreceived = false, ILogger? Logger = null);
