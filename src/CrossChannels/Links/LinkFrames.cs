using CrossChannels.Diagnostics;
using CrossChannels.Flow;
using CrossChannels.Protocol;

namespace CrossChannels.Links;

/// <summary>What each frame of the peer means for the two halves of a link. Called by the receive loop only, one frame at a time.</summary>
internal sealed class LinkFrames(Link link, LinkIdentity identity, Outbox outbox, SendingHalf sender, ReceivingHalf receiver)
{
    private readonly PeerActivity _pace = new(identity.Settings);
    private long _creditItems;
    private long _creditBytes;
    private long _flush;
    private long _flushAnswered;
    private long _join;
    private long _received;
    private long _read;
    private bool _isWelcomed;
    private bool _isGoodbyeHeard;
    private bool _isFinishedHeard;
    private bool _isDiscarding;
    private bool _isChannelEnded;

    public TimeSpan Silence => _pace.Silence;

    /// <summary>Bytes of the largest item that may come in.</summary>
    public int MaxItemBytes => receiver.MaxItemBytes;

    /// <summary>Something came.</summary>
    public void OnBytes() => _pace.Heard();

    /// <summary>The peer's preamble and hello.</summary>
    public void OnHello(Preamble preamble, ReadOnlySpan<byte> hello)
    {
        // A peer of another version may say hello in another form, so that is judged first.
        int version = Preamble.Common(LinkIdentity.Versions, preamble);
        Hello? peer = version == 0 ? null : Hello.Read(hello);
        if (identity.Refusal(preamble, peer) is { } refusal)
            throw new PeerRefusedException(refusal, identity.RefusesAs);
        link.Meet(version, peer!);
        byte[] welcome = new byte[WelcomeFrame.Size];
        link.Welcome.Write(welcome);
        outbox.PostOpening(welcome, isOver: true);
    }

    /// <summary>The start of an Items frame, and its extension block.</summary>
    /// <returns>The payload's length in bytes.</returns>
    public int OnItemsHeader(in FrameHeader header, in ItemsHeader items, ReadOnlySpan<byte> extension)
    {
        RequireWelcome(header.Type);
        if (link.IsPeerDone)
            throw new MalformedFrameException($"Frame Items with {items.Count:N0} items came after the frame that says that no more come.");
        int payload = receiver.Announce(header, items, extension, out _isDiscarding);
        ChannelMetrics.Received((int)items.Count, payload, link.Tags);
        return payload;
    }

    /// <summary>A whole payload.</summary>
    public void OnItems(ReadOnlySpan<byte> payload, int count, ref WakeList wake)
    {
        CheckLengths(payload, count);
        if (!_isDiscarding)
            receiver.Receive(payload, count, ref wake);
        AnswerFlush();
    }

    /// <summary>A whole payload in a segment of its own, which this takes over.</summary>
    public void OnItems(Segment payload, int count, ref WakeList wake)
    {
        CheckLengths(payload.Array.AsSpan(0, payload.Written), count);
        if (_isDiscarding)
            payload.Release();
        else
            receiver.Receive(payload, count, ref wake);
        AnswerFlush();
    }

    /// <summary>A whole control frame; one of a type that is not known is only counted.</summary>
    public void OnControl(in FrameHeader header, bool isKnown, ReadOnlySpan<byte> body, ref WakeList wake)
    {
        FrameType type = header.Type;
        if (!isKnown)
        {
            _pace.CountEmpty(type);
            return;
        }
        if (type is not (FrameType.Welcome or FrameType.Refuse or FrameType.Abort))
            RequireWelcome(type);
        else if (type == FrameType.Refuse && _isWelcomed)
            throw new MalformedFrameException("Frame Refuse came after frame Welcome.");
        switch (type)
        {
            case FrameType.Welcome: OnWelcome(WelcomeFrame.Read(body)); break;
            case FrameType.Refuse: throw link.RefusedByPeer(ReasonFrame.Read(body, type));
            case FrameType.Credit: OnCredit(CreditFrame.Read(body), ref wake); break;
            case FrameType.Flush: OnFlush(CounterFrame.Read(body, type), ref wake); break;
            case FrameType.Received: OnReceived(CounterFrame.Read(body, type), ref wake); break;
            case FrameType.Join: OnJoin(CounterFrame.Read(body, type)); break;
            case FrameType.Joined: OnRead(CounterFrame.Read(body, type), type, ref wake); break;
            case FrameType.Complete: OnComplete(CompleteFrame.Read(body)); break;
            case FrameType.SendFinished: link.OnPeerLeft(CounterFrame.Read(body, type)); break;
            case FrameType.ReceiveClosing: OnReceiveClosing(ReasonFrame.Read(body, type)); break;
            case FrameType.ReceiveFinished: OnReceiveFinished(CounterFrame.Read(body, type), ref wake); break;
            case FrameType.Abort: throw link.AbortedByPeer(ReasonFrame.Read(body, type));
            case FrameType.Ping: OnPing(CounterFrame.Read(body, type)); break;
            case FrameType.Pong: _pace.CountEmpty(type); break;
            case FrameType.Goodbye: OnGoodbye(CounterFrame.Read(body, type), ref wake); break;
            case FrameType.Ended: OnEnded(CompleteFrame.Read(body, type)); break;
            case FrameType.Revoke: OnRevoke(body, ref wake); break;
            case FrameType.Doorbell: OnDoorbell(body, ref wake); break;
            case FrameType.Want or FrameType.WantWithdrawn or FrameType.Revoked or FrameType.Reclaim or FrameType.Settled:
                CountRepeated(receiver.IsRepeated(type, body), type);
                RequireHandled(receiver.TryHandle(type, body, ref wake), type);
                break;
            default:
                CountRepeated(sender.IsRepeated(type, body), type);
                RequireHandled(sender.TryHandle(type, body, ref wake), type);
                break;
        }
    }

    /// <summary>The peer sends nothing more (null), or reading failed. The last of all calls.</summary>
    public void OnEnd(Exception? error) => link.OnInputEnded(error);

    private void OnWelcome(WelcomeFrame welcome)
    {
        if (_isWelcomed)
            throw new MalformedFrameException("Frame Welcome came a second time.");
        _isWelcomed = true;
        if (sender.ShortageOf(welcome) is { } shortage)
        {
            link.Disappoint(shortage);
            return;
        }
        sender.Open(welcome.Credit, welcome.MaxItemBytes);
        link.OnGreeted();
    }

    private void OnCredit(CreditFrame credit, ref WakeList wake)
    {
        if (!sender.TryGrant(credit, ref wake))
            throw new MalformedFrameException($"Frame Credit goes back, or beyond the first credit and what was sent, to {credit.Items:N0} items, {credit.Bytes:N0} bytes.");
        // Either count may stand for no limit, so their sum must not be taken.
        if (!(PeerActivity.TryRaise(ref _creditItems, credit.Items) | PeerActivity.TryRaise(ref _creditBytes, credit.Bytes)))
            _pace.CountEmpty(FrameType.Credit);
    }

    private void OnRevoke(ReadOnlySpan<byte> body, ref WakeList wake)
    {
        CounterFrame.Read(body, FrameType.Revoke);
        CountRepeated(sender.IsRepeated(FrameType.Revoke, body), FrameType.Revoke);
        RequireHandled(sender.TryHandle(FrameType.Revoke, body, ref wake), FrameType.Revoke);
        // What is granted next may be less than what was, and says something new all the same.
        _creditItems = 0;
    }

    /// <summary>One frame may ring for both directions.</summary>
    private void OnDoorbell(ReadOnlySpan<byte> body, ref WakeList wake)
    {
        long rung = CounterFrame.Read(body, FrameType.Doorbell);
        RequireHandled(rung is > 0 and <= (Doorbell.Published | Doorbell.Taken), FrameType.Doorbell);
        if ((rung & Doorbell.Published) != 0)
        {
            CountRepeated(receiver.IsRepeated(FrameType.Doorbell, body), FrameType.Doorbell);
            RequireHandled(receiver.TryHandle(FrameType.Doorbell, body, ref wake), FrameType.Doorbell);
        }
        if ((rung & Doorbell.Taken) != 0)
        {
            CountRepeated(sender.IsRepeated(FrameType.Doorbell, body), FrameType.Doorbell);
            RequireHandled(sender.TryHandle(FrameType.Doorbell, body, ref wake), FrameType.Doorbell);
        }
    }

    private void OnEnded(CompleteFrame end)
    {
        RequireHandled(identity is { Role: LinkRole.Writer, Writes.IsNone: false }, FrameType.Ended);
        if (_isChannelEnded)
            throw new MalformedFrameException("Frame Ended came a second time.");
        _isChannelEnded = true;
        link.OnChannelEnded(end);
    }

    /// <remarks>A sender asks for one count at a time: one that asks before it has its answer says nothing new.</remarks>
    private void OnFlush(long target, ref WakeList wake)
    {
        bool isUnderWay = _flush > _flushAnswered;
        CountRepeated(!PeerActivity.TryRaise(ref _flush, target) || isUnderWay, FrameType.Flush);
        receiver.LookForItems(ref wake);
        AnswerFlush();
    }

    /// <summary>Tells how many items are here, once as many are as the peer asked for.</summary>
    private void AnswerFlush()
    {
        if (_flush <= _flushAnswered)
            return;
        long received = receiver.ReceivedItems;
        if (received < _flush)
            return;
        _flushAnswered = received;
        if (receiver.TellReceived(received))
            outbox.Post(new OutFrame(FrameType.Received, received));
    }

    private void OnReceived(long count, ref WakeList wake)
    {
        Count(count, FrameType.Received, isRead: false, ref wake);
        _pace.Raise(ref _received, count, FrameType.Received);
    }

    private void OnJoin(long target)
    {
        bool isNew = PeerActivity.TryRaise(ref _join, target);
        CountRepeated(!receiver.WatchRead(target) || !isNew, FrameType.Join);
    }

    private void OnRead(long count, FrameType type, ref WakeList wake)
    {
        Count(count, type, isRead: true, ref wake);
        _pace.Raise(ref _read, count, type);
    }

    private void OnComplete(CompleteFrame complete)
    {
        Exception? error = EndingMap.ErrorOf(complete);
        link.OnPeerDone(FrameType.Complete, complete.Total, EndingMap.KindOf(error), error);
    }

    private void OnReceiveClosing(ReasonFrame reason)
    {
        if (!link.OnReaderClosed(reason.Code == ReasonCode.None ? null : PeerText.Show(reason.Text)))
            _pace.CountEmpty(FrameType.ReceiveClosing);
    }

    private void OnReceiveFinished(long total, ref WakeList wake)
    {
        if (_isFinishedHeard)
            throw new MalformedFrameException("Frame ReceiveFinished came a second time.");
        _isFinishedHeard = true;
        Count(total, FrameType.ReceiveFinished, isRead: true, ref wake);
        if (sender.Closure is null || sender.UnreceivedCount != 0)
            throw new MalformedFrameException($"Frame ReceiveFinished says {total:N0} items, and the writer has not finished with that.");
        link.Done(isOut: true);
    }

    private void OnPing(long value)
    {
        _pace.CountEmpty(FrameType.Ping);
        outbox.Post(new OutFrame(FrameType.Pong, value));
    }

    private void OnGoodbye(long received, ref WakeList wake)
    {
        if (_isGoodbyeHeard)
            throw new MalformedFrameException("Frame Goodbye came a second time.");
        _isGoodbyeHeard = true;
        if (!link.IsPeerDone)
            throw new MalformedFrameException("Frame Goodbye came before the frame that says that no more items come.");
        Count(received, FrameType.Goodbye, isRead: false, ref wake);
        link.OnGoodbye();
    }

    private void Count(long count, FrameType type, bool isRead, ref WakeList wake)
    {
        if (!sender.TryCount(count, isRead, ref wake))
            throw new MalformedFrameException($"Frame {type} counts {count:N0} items, which is more than were sent.");
    }

    private void CheckLengths(ReadOnlySpan<byte> payload, int count)
    {
        if (receiver.ElementSize == 0)
            ItemsHeader.CheckLengths(payload, (uint)count, receiver.MaxItemBytes);
    }

    private void CountRepeated(bool isRepeated, FrameType type)
    {
        if (isRepeated)
            _pace.CountEmpty(type);
    }

    private static void RequireHandled(bool isHandled, FrameType type)
    {
        if (!isHandled)
            throw new MalformedFrameException($"Frame {type} has no meaning on this link.");
    }

    private void RequireWelcome(FrameType type)
    {
        if (!_isWelcomed)
            throw new MalformedFrameException($"Frame {FrameLimits.Name(type)} came before frame Welcome.");
    }

    /// <summary>When the peer was heard last, and whether what it says carries anything new. Used by the receive loop only, but for <see cref="Silence"/>.</summary>
    private sealed class PeerActivity(ConnectionOptions settings)
    {
        private readonly TimeProvider _clock = settings.TimeProvider;
        private readonly bool _isWatched = settings.PeerTimeout != Timeout.InfiniteTimeSpan;
        private EmptyFrameLimit _emptyFrames = new(settings.MaxEmptyFramesPerSecond);
        private long _lastHeard = settings.TimeProvider.GetTimestamp();

        public TimeSpan Silence => _clock.GetElapsedTime(Volatile.Read(ref _lastHeard));

        public void Heard()
        {
            if (_isWatched)
                Volatile.Write(ref _lastHeard, _clock.GetTimestamp());
        }

        /// <summary>Takes a cumulative count of the peer's; one that it has sent before counts as an empty frame.</summary>
        /// <exception cref="MalformedFrameException">It is one too many.</exception>
        public void Raise(ref long highest, long value, FrameType type)
        {
            if (!TryRaise(ref highest, value))
                CountEmpty(type);
        }

        /// <returns>Whether the value is new.</returns>
        public static bool TryRaise(ref long highest, long value)
        {
            if (value <= highest)
                return false;
            highest = value;
            return true;
        }

        /// <exception cref="MalformedFrameException">It is one too many.</exception>
        public void CountEmpty(FrameType type)
        {
            if (!_emptyFrames.TryCount((long)_clock.GetElapsedTime(0, _clock.GetTimestamp()).TotalMilliseconds))
                throw new MalformedFrameException($"Frame {FrameLimits.Name(type)} is one of more than {settings.MaxEmptyFramesPerSecond:N0} in a second that carry nothing new (MaxEmptyFramesPerSecond).");
        }
    }
}
