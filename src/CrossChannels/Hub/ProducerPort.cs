using CrossChannels.Flow;
using CrossChannels.Links;
using CrossChannels.Protocol;

namespace CrossChannels.Hub;

/// <summary>The hub's end of one remote writer: takes its items into the channel, and tells it its share of the capacity.</summary>
/// <remarks>Everything mutable is guarded by the channel's lock.</remarks>
internal sealed class ProducerPort : ReceivingHalf
{
    private readonly QueueChannel _channel;
    private readonly Outbox _outbox;
    private readonly long _windowBytes;
    private readonly long _largestBytes;
    private long _grantedBytes;
    private long _receivedBytes;
    private long _sentItems;
    private long _sentBytes;
    private long _told;
    private long _joinTarget = -1;
    private long _joined;
    private long _wantedAt = -1;
    private bool _isWithdrawable;
    private Closure? _closure;

    // What waits in the channel's list for items to be processed, so that it can be taken out when the link is closed.
    private readonly List<Action<Exception?>> _joins = new(0);
    private Action<Exception?>? _end;

    public ProducerPort(QueueChannel channel, Outbox outbox, long windowBytes)
    {
        _channel = channel;
        _outbox = outbox;
        _grantedBytes = _windowBytes = windowBytes;
        _largestBytes = channel.ElementSize > 0 ? channel.ElementSize : FrameLimits.MaxPayload(channel.MaxItemBytes);
    }

    public Link Link { get; set; } = null!;

    public DateTimeOffset Since { get; init; }

    /// <summary>Items that it may have sent in all; <see cref="long.MaxValue"/> without limit.</summary>
    public long Granted { get; set; }

    /// <summary>Items that came.</summary>
    public long Received { get; private set; }

    /// <summary>Credit that is not used yet.</summary>
    public long Unused => Granted == long.MaxValue ? 0 : Granted - Received;

    /// <summary>Its credit has been sent to it. Taking back what it has not heard of would pass one slot around for ever.</summary>
    public bool IsTold => Granted == _sentItems;

    /// <summary>It has used up its credit and asks for more.</summary>
    public bool IsWanting => WantPlace is not null;

    /// <summary>Its place among those that ask.</summary>
    public LinkedListNode<ProducerPort?>? WantPlace { get; set; }

    /// <summary>How long it may keep what it was given.</summary>
    public RevokeBackoff RevokeBackoff = new();

    /// <summary>It sent items since it last got credit.</summary>
    public bool IsActive { get; set; }

    /// <summary>When it has to have answered that it gives its credit back; null if it was not asked to.</summary>
    public long? RevokeDeadline { get; set; }

    /// <summary>It stands in a list of those that have credit to be told of.</summary>
    public volatile bool IsDue;

    public ProducerPort? NextDue { get; set; }

    public override int ElementSize => _channel.ElementSize;

    public override int MaxItemBytes => _channel.MaxItemBytes;

    public override Ending? Ending => _closure?.Ending;

    public override Closure? Closure => _closure;

    public override bool HasWaiters => false;

    public override long ReceivedItems { get { using (_channel.Sync.Enter()) return Received; } }

    /// <summary>It has greeted, and counts among those that came.</summary>
    public bool HasArrived { get; private set; }

    /// <remarks>Its link may have been given up while its greeting was judged; nobody would count it out again.</remarks>
    public override void Meet(Hello peer)
    {
        using (_channel.Sync.Enter())
        {
            if (_closure is not null)
                return;
            HasArrived = true;
            _channel.Course.WriterArrivedLocked();
        }
    }

    /// <summary>Opening a writer asks for one item.</summary>
    public override CreditFrame FirstCredit
    {
        get
        {
            using (_channel.Sync.Enter())
            {
                if (_closure is null)
                    _channel.Writers.Open(this);
                _sentItems = Granted;
                _sentBytes = _grantedBytes;
                return new CreditFrame(Granted, _grantedBytes);
            }
        }
    }

    public override int Announce(in FrameHeader header, in ItemsHeader items, ReadOnlySpan<byte> extension, out bool isDiscarding)
    {
        using (_channel.Sync.Enter())
        {
            int payload = items.CheckPayload(header.Length, (ulong)Received, ElementSize);
            long room = _grantedBytes - _receivedBytes;
            if (items.Count > Granted - Received || (payload > room && !(items.Count == 1 && room == _windowBytes)))
            {
                throw new MalformedFrameException(
                    $"Frame Items brings {items.Count:N0} items in {payload:N0} bytes after {Received:N0} items, and the credit is {Granted:N0} items, {_grantedBytes:N0} bytes in all.");
            }
            isDiscarding = _closure is not null;
            if (isDiscarding)
                Discarded(payload, items.Count);
            return payload;
        }
    }

    public override void Receive(ReadOnlySpan<byte> payload, int count, ref WakeList wake)
    {
        HubAfterLock duties = default;
        using (_channel.Sync.Enter())
        {
            if (_closure is not null)
            {
                Discarded(payload.Length, count);
                return;
            }
            _channel.Queue.Append(payload, count);
            TakenLocked(payload.Length, count, ref duties);
        }
        // The owner's readers run on this thread, once the next read is under way.
        wake.Append(ref duties.Wake);
        duties.Run(_channel);
    }

    public override void Receive(Segment segment, int count, ref WakeList wake)
    {
        HubAfterLock duties = default;
        using (_channel.Sync.Enter())
        {
            if (_closure is not null)
            {
                Discarded(segment.Written, count);
                segment.Release();
                return;
            }
            int bytes = segment.Written;
            _channel.Queue.Append(segment, count);
            TakenLocked(bytes, count, ref duties);
        }
        wake.Append(ref duties.Wake);
        duties.Run(_channel);
    }

    public override int WriteFeedback(Span<byte> room, out bool hasMore)
    {
        hasMore = false;
        using (_channel.Sync.Enter())
        {
            // Until it has answered, a frame of credit would grant again what it gives back.
            if (_closure is not null || RevokeDeadline is not null)
                return 0;
            if (!_channel.Bytes.IsFull)
                _grantedBytes = _receivedBytes + _windowBytes;
            if (Granted == _sentItems && _grantedBytes == _sentBytes)
                return 0;
            _sentItems = Granted;
            _sentBytes = _grantedBytes;
            // Whoever gets credit may ask again where it stands.
            _wantedAt = -1;
            int length = new CreditFrame(Granted, _grantedBytes).Write(room);
            if (Received == _told)
                return length;
            // So the writer knows how much it would lose with this process.
            _told = Received;
            return length + CounterFrame.Write(room[length..], FrameType.Received, Received);
        }
    }

    /// <summary>Has the writer's credit sent.</summary>
    /// <param name="isParking">By this thread, which is about to wait for what it brings.</param>
    public void SendCredit(bool isParking)
    {
        if (isParking)
            _outbox.SendInline(withFeedback: true);
        else
            _outbox.ScheduleFeedback();
    }

    /// <summary>The writer has given back what it had not used: so much is granted now, and it knows.</summary>
    public void TakeBack(long accepted)
    {
        if (accepted < Granted)
            RevokeBackoff.Missed();
        Granted = _sentItems = accepted;
        RevokeDeadline = null;
    }

    /// <summary>Asks the writer to give back what it has not used.</summary>
    public void PostRevoke() => _outbox.Post(new OutFrame(FrameType.Revoke));

    /// <summary>The channel has room for bytes again.</summary>
    public bool IsStalledByBytesLocked => _grantedBytes < _receivedBytes + _windowBytes;

    public override void WatchRead(long target)
    {
        HubAfterLock duties = default;
        using (_channel.Sync.Enter())
        {
            _joinTarget = Math.Max(_joinTarget, target);
            WatchJoinLocked(ref duties);
        }
        duties.Run(_channel);
    }

    public override bool TryHandle(FrameType type, ReadOnlySpan<byte> body, ref WakeList wake)
    {
        if (type is not (FrameType.Want or FrameType.WantWithdrawn or FrameType.Revoked))
            return false;
        long accepted = CounterFrame.Read(body, type);
        HubAfterLock duties = default;
        using (_channel.Sync.Enter())
        {
            if (_closure is not null)
                return true;
            if (accepted > Granted || (type == FrameType.Revoked && (RevokeDeadline is null || accepted < Received)))
                throw new MalformedFrameException($"Frame {type} says {accepted:N0} items, and {Received:N0} came of {Granted:N0} granted.");
            _wantedAt = type == FrameType.Want ? accepted : -1;
            _isWithdrawable = type == FrameType.Want || (type == FrameType.Revoked && _isWithdrawable);
            // A want that items have overtaken is over: credit came for them.
            if (type == FrameType.Want && accepted < Received)
                return true;
            if (type == FrameType.Want)
                _channel.Writers.Want(this, accepted, ref duties);
            else if (type == FrameType.WantWithdrawn)
                _channel.Writers.Withdraw(this);
            else
                _channel.Writers.Revoked(this, accepted, ref duties);
        }
        duties.Run(_channel);
        return true;
    }

    public override bool IsRepeated(FrameType type, ReadOnlySpan<byte> body)
    {
        using (_channel.Sync.Enter())
        {
            return type switch
            {
                FrameType.Want => CounterFrame.Read(body, type) == _wantedAt,
                FrameType.WantWithdrawn => !_isWithdrawable,
                _ => false,
            };
        }
    }

    public override bool TryClose(Closure closure, bool drop)
    {
        HubAfterLock duties = default;
        bool isClean;
        using (_channel.Sync.Enter())
        {
            if (_closure is not null)
                return false;
            _closure = closure;
            EndingKind kind = closure.Ending.Kind;
            isClean = kind is EndingKind.Completed or EndingKind.Faulted or EndingKind.WriterLeft;
            if (isClean)
            {
                // The writer may leave, and its joins end, when all that came before is processed.
                _end = EndAfterJoin;
                _channel.AddJoinLocked(_end, ref duties);
            }
            _channel.Course.WriterDoneLocked(this, kind, closure.Error, ref duties);
        }
        if (!isClean)
            Finished(Received);
        duties.Run(_channel);
        return true;
    }

    /// <summary>The link is closed: nobody waits for what came by it, and its memory must not outlast it for as long as that is unread.</summary>
    public void ForgetJoins()
    {
        bool isEndDue;
        using (_channel.Sync.Enter())
        {
            foreach (Action<Exception?> join in _joins)
                _channel.RemoveJoinLocked(join);
            _joins.Clear();
            isEndDue = _end is not null && _channel.RemoveJoinLocked(_end);
        }
        if (isEndDue)
            Finished(Received);
    }

    private void EndAfterJoin(Exception? error)
    {
        if (error is null)
            Finished(Received);
        else
            Link.TellReaderClosed((error as ReaderClosedException)?.Reason);
    }

    /// <summary>Items came after this end was closed, perhaps between their header and their payload: they count, and are thrown away.</summary>
    private void Discarded(int bytes, long count)
    {
        Received += count;
        _receivedBytes += bytes;
    }

    private void TakenLocked(int bytes, int count, ref HubAfterLock duties)
    {
        Received += count;
        _receivedBytes += bytes;
        _channel.Writers.Activate(this);
        RevokeBackoff.Used();
        _channel.ArrivedLocked(count, bytes, ref duties);
        if (Unused == 0 || _grantedBytes - _receivedBytes < _windowBytes / 2)
            _channel.Writers.Grant(ref duties);
        if (RevokeDeadline is not null)
            _channel.Balancer.AskedMoved();
        // An item that does not fit into what is left needs the whole window, so that none of it may be kept back.
        if (_grantedBytes - _receivedBytes < Math.Max(_windowBytes / 2, _largestBytes) && !_channel.Bytes.IsFull)
            duties.Credit(this);
        if (_joinTarget > _joined)
            WatchJoinLocked(ref duties);
    }

    /// <summary>Once the items of a join are here, it waits for all that is in the channel then, of all writers.</summary>
    private void WatchJoinLocked(ref HubAfterLock duties)
    {
        if (_joinTarget <= _joined || Received < _joinTarget)
            return;
        long count = _joined = Received;
        Action<Exception?> done = null!;
        done = error =>
        {
            using (_channel.Sync.Enter())
                _joins.Remove(done);
            if (error is null)
                _outbox.Post(new OutFrame(FrameType.Joined, count));
        };
        _joins.Add(done);
        _channel.AddJoinLocked(done, ref duties);
    }
}
