using CrossChannels.Channels;
using CrossChannels.Flow;
using CrossChannels.Links;
using CrossChannels.Protocol;
using CrossChannels.Serialization;
using CrossChannels.Threading;

namespace CrossChannels.Hub;

/// <summary>The hub's end of one remote writer's link: its items are in the channel before it can be told that they were received.</summary>
/// <remarks>The channel takes every item at once, and drops or orders, so that nothing waits here and only bytes are limited.</remarks>
internal sealed class BackedWriterPort<T> : ReceivingHalf
{
    private readonly RankedLock _sync = new(LockRank.Receiver);
    private readonly IBackedEvents<T> _events;
    private readonly ItemCodec<T> _codec;
    private readonly Outbox _outbox;
    private ReceiverAccounting _account;
    private WriterWant _want = new();
    private bool _isJoining;
    private bool _isJoinedAgain;
    private bool _hasArrived;
    private bool _isMovingIn;
    private bool _isDoneDue;
    private Closure? _closure;

    public BackedWriterPort(IBackedEvents<T> events, ItemCodec<T> codec, int maxItemBytes, long windowBytes, Outbox outbox)
    {
        _events = events;
        _codec = codec;
        _outbox = outbox;
        MaxItemBytes = maxItemBytes;
        _account = new ReceiverAccounting(new ReceiverOptions(codec.ElementSize, maxItemBytes, long.MaxValue, windowBytes, null, IsSingleReader: false, WakeInline: false));
    }

    /// <summary>Its link; set before that begins.</summary>
    public Link Link { get; set; } = null!;

    public override int ElementSize => _codec.ElementSize;

    public override int MaxItemBytes { get; }

    public override Ending? Ending => Closure?.Ending;

    public override Closure? Closure => Volatile.Read(ref _closure);

    public override CreditFrame FirstCredit => _account.FirstCredit;

    public override bool HasWaiters => false;

    public override long ReceivedItems { get { using (_sync.Enter()) return _account.ReceivedItems; } }

    private long ConsumedItems { get { using (_sync.Enter()) return _account.ConsumedItems; } }

    /// <remarks>Its link may have been given up while its greeting was judged; nothing would count it out again.</remarks>
    public override void Meet(Hello peer)
    {
        using (_sync.Enter())
        {
            if (_closure is not null)
                return;
            _hasArrived = true;
        }
        _events.OnWriterArrived();
    }

    public override int WriteFeedback(Span<byte> room, out bool hasMore)
    {
        using (_sync.Enter())
        {
            int length = _account.Write(room, isOpen: _closure is null, out bool isAll);
            hasMore = !isAll;
            if (length > 0)
                _want.Moved();
            return length;
        }
    }

    public override int Announce(in FrameHeader header, in ItemsHeader items, ReadOnlySpan<byte> extension, out bool isDiscarding)
    {
        using (_sync.Enter())
        {
            int payload = _account.Arrive(header, items, extension, ElementSize);
            isDiscarding = _closure is not null;
            return payload;
        }
    }

    public override void Receive(ReadOnlySpan<byte> payload, int count, ref WakeList wake)
    {
        var segment = new Segment(payload.Length);
        payload.CopyTo(segment.Array);
        segment.Written = payload.Length;
        Receive(segment, count, ref wake);
    }

    public override void Receive(Segment segment, int count, ref WakeList wake)
    {
        int bytes = segment.Written;
        using (_sync.Enter())
            _isMovingIn = _closure is null;
        // It was closed between the header and the payload.
        if (!_isMovingIn)
        {
            segment.Release();
            return;
        }
        for (int i = 0, offset = 0; i < count; i++)
            offset += MoveIn(segment, offset);
        segment.Release();
        AfterLock duties;
        bool isDone;
        using (_sync.Enter())
        {
            duties = _account.Consume(count, bytes, left: 0);
            _isMovingIn = false;
            isDone = _isDoneDue;
        }
        Perform(duties);
        if (isDone)
            Finish();
    }

    public override bool WatchRead(long target)
    {
        bool isReached, isUnderWay;
        using (_sync.Enter())
        {
            isUnderWay = _isJoining || _account.IsJoining;
            isReached = _account.TryJoin(target);
        }
        Perform(isReached ? AfterLock.Joined : AfterLock.None);
        return !isUnderWay;
    }

    /// <remarks>The writer asks for credit, which it gets all the same.</remarks>
    public override bool TryHandle(FrameType type, ReadOnlySpan<byte> body, ref WakeList wake)
    {
        if (type is not (FrameType.Want or FrameType.WantWithdrawn))
            return false;
        long accepted = CounterFrame.Read(body, type);
        using (_sync.Enter())
        {
            if (accepted > _account.GrantedItems)
                throw new MalformedFrameException($"Frame {type} says {accepted:N0} items, and {_account.ReceivedItems:N0} came of {_account.GrantedItems:N0} granted.");
            if (type == FrameType.Want)
                _want.Ask(accepted);
            else
                _want.Withdraw();
        }
        return true;
    }

    public override bool IsRepeated(FrameType type, ReadOnlySpan<byte> body)
    {
        using (_sync.Enter())
        {
            return type switch
            {
                FrameType.Want => _want.IsRepeated(CounterFrame.Read(body, type)),
                FrameType.WantWithdrawn => !_want.IsStanding,
                _ => false,
            };
        }
    }

    public override bool TryClose(Closure closure, bool drop)
    {
        using (_sync.Enter())
        {
            if (_closure is not null)
                return false;
            Volatile.Write(ref _closure, closure);
            // Another thread is just moving the last items in, and finishes.
            _isDoneDue = true;
            if (_isMovingIn)
                return true;
        }
        Finish();
        return true;
    }

    private void Finish()
    {
        Ending how = _closure!.Ending;
        _events.OnWriterDone(Link, _hasArrived, how);
        // What a close, or a broken link, leaves is not waited for.
        if (how.Kind is EndingKind.Completed or EndingKind.Faulted or EndingKind.WriterLeft)
            _ = SayWhenProcessedAsync(ConsumedItems, Finished);
        else
            Finished(ConsumedItems);
    }

    /// <returns>Bytes of the item, its length included.</returns>
    private int MoveIn(Segment segment, int offset)
    {
        ReadOnlySpan<byte> rest = segment.Array.AsSpan(offset, segment.Written - offset);
        int length = ItemsHeader.LengthOfFirst(rest, ElementSize);
        int prefix = ElementSize > 0 ? 0 : ItemsHeader.LengthPrefix;
        ItemSlice slice = default;
        if (prefix == 0 || !ItemsHeader.IsNull(rest))
        {
            segment.Retain();
            slice = new ItemSlice(segment, offset + prefix, length - prefix);
        }
        // Counted before it is there, since it may be read at once.
        var held = new QueuedItem<T>(default!, _events.Joins.Enter());
        try
        {
            held = held with { Item = ItemDecoder.Decode(_codec, slice) };
        }
        catch (ItemUnreadableException e)
        {
            held = held with { Error = e };
        }
        _events.Accept(held, Link);
        return length;
    }

    private void Perform(AfterLock duties)
    {
        if ((duties & AfterLock.Joined) != 0)
            Join();
        if ((duties & AfterLock.Feedback) != 0)
            _outbox.ScheduleFeedback();
    }

    /// <summary>One join waits at a time, however often it is asked.</summary>
    private void Join()
    {
        using (_sync.Enter())
        {
            _isJoinedAgain = _isJoining;
            if (_isJoining)
                return;
            _isJoining = true;
        }
        _ = SayWhenProcessedAsync(ConsumedItems, OnJoined);
    }

    private void OnJoined(long items)
    {
        bool isAgain;
        // Before the answer, since the next question may follow it at once.
        using (_sync.Enter())
        {
            isAgain = _isJoining = _isJoinedAgain;
            _isJoinedAgain = false;
        }
        _outbox.Post(new OutFrame(FrameType.Joined, items));
        if (isAgain)
            _ = SayWhenProcessedAsync(ConsumedItems, OnJoined);
    }

    /// <summary>Says how many items have come, once these, and all that others wrote before, are done with.</summary>
    private async Task SayWhenProcessedAsync(long items, Action<long> say)
    {
        try
        {
            await _events.WhenProcessedAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The channel was closed: whoever waits for the items learns that from the end of the link.
            return;
        }
        say(items);
    }
}
