using System.Diagnostics.CodeAnalysis;
using CrossChannels.Diagnostics;
using CrossChannels.Flow;
using CrossChannels.Protocol;

namespace CrossChannels.Links;

/// <summary>One connection that carries one duplex attachment: greets, dispatches frames, and decides when and why it is over.</summary>
internal sealed class Link : FrameSink
{
    private static readonly TimeSpan s_lingerTimeout = TimeSpan.FromSeconds(1);

    private readonly LinkInput _input;
    private readonly LinkOutput _output;
    private readonly LinkIdentity _identity;
    private readonly LinkPeer _peer;
    private readonly WorkScheduler _scheduler;
    private readonly Outbox _outbox;
    private readonly TaskCompletionSource<PeerInfo> _greeted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _readerConfirmed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _sync = new();
    private ITimer? _greetingTimer;
    private EmptyFrameLimit _emptyFrames;
    private HighWater _highWater;
    private GoodbyeState _goodbye;
    private Exception? _cause;
    private PeerInfo? _info;
    private bool _isWelcomed;
    private bool _isPeerDone;
    private int _isClosing;
    private bool _isLoopOver;
    private bool _isDiscarding;
    private long _lastHeard;

    public Link(LinkInput input, LinkOutput output, LinkIdentity identity, LinkPeer peer, LinkHalves halves, WorkScheduler? scheduler = null)
    {
        _input = input;
        _output = output;
        _identity = identity;
        _peer = peer;
        _emptyFrames = new EmptyFrameLimit(identity.Settings.MaxEmptyFramesPerSecond);
        _scheduler = scheduler ?? WorkScheduler.ThreadPool;
        _outbox = new Outbox(output, _scheduler) { Failed = OnWriteFailed, LastWritten = OnLastWritten };
        Sender = new ItemSender(_outbox, halves.WriteElementSize, halves.WriteMaxItemBytes, halves.MaxUnsentBytes, halves.WakeWritersInline);
        Receiver = new ItemReceiver(_outbox, halves.Receiver) { Finished = OnReaderFinished };
        _outbox.Sender = Sender;
        _outbox.Receiver = Receiver;
        if (identity.Writes.IsNone)
        {
            Sender.TryClose(static _ => new Closure(new Ending(EndingKind.Completed), null), drop: true, last: null);
            _goodbye.IsOutDone = true;
        }
        if (identity.Reads.IsNone)
        {
            _isPeerDone = true;
            _goodbye.IsInDone = true;
            Receiver.TryClose(new Closure(new Ending(EndingKind.Completed), null), drop: true);
        }
    }

    public ItemSender Sender { get; }

    public ItemReceiver Receiver { get; }

    public LinkSettings Settings => _identity.Settings;

    public PeerInfo? Peer => Volatile.Read(ref _info);

    /// <summary>Both ends have greeted; faults with the cause if they did not.</summary>
    public Task<PeerInfo> Greeted => _greeted.Task;

    /// <summary>The connection is closed; never faults.</summary>
    public Task Closed => _closed.Task;

    public override int MaxItemBytes => Receiver.MaxItemBytes;

    private string PeerName => _info is { ProcessId: int id } ? $"process {id} at {_peer.Endpoint}" : _peer.Endpoint;

    /// <summary>Sends the greeting and begins to read.</summary>
    public void Start()
    {
        _lastHeard = Settings.TimeProvider.GetTimestamp();
        LinkRegistry.Add(this);
        ChannelMetrics.LinkOpened();
        if (Settings.GreetingTimeout != Timeout.InfiniteTimeSpan)
            _greetingTimer = Settings.TimeProvider.CreateTimer(static state => ((Link)state!).OnGreetingLate(), this, Settings.GreetingTimeout, Timeout.InfiniteTimeSpan);
        _outbox.PostOpening(_identity.Greeting(), isOver: false);
        _scheduler.Queue(new ReceiveLoop(_input, this));
    }

    /// <summary>The writer completes the channel; the first call counts.</summary>
    public bool TryComplete(Exception? error)
    {
        (EndingKind kind, CompletionOutcome outcome) = error switch
        {
            null => (EndingKind.Completed, CompletionOutcome.Success),
            OperationCanceledException => (EndingKind.Faulted, CompletionOutcome.Canceled),
            _ => (EndingKind.Faulted, CompletionOutcome.Error),
        };
        var frame = outcome == CompletionOutcome.Error
            ? new OutFrame(FrameType.Complete, Code: (byte)outcome, Text: error!.Message, TypeName: error.GetType().FullName ?? "")
            : new OutFrame(FrameType.Complete, Code: (byte)outcome);
        return CloseSender(kind, _ => error, drop: false, frame);
    }

    /// <summary>The writer leaves: accepts nothing more, and the reader learns it after the last item.</summary>
    public void Leave() => CloseSender(EndingKind.WriterLeft, _ => null, drop: false, new OutFrame(FrameType.SendFinished));

    /// <summary>The writer wants nothing more of the peer; with both halves done the link says goodbye.</summary>
    public void ReleaseWriter() => Done(isOut: true);

    /// <summary>The reader closes its end; what is unread is dropped.</summary>
    /// <returns>Done when the writer has confirmed it, or the connection is closed.</returns>
    public Task CloseReaderAsync(string? reason)
    {
        const string OwnDoing = "this end closed its reader";
        bool isOver = Receiver.Ending is not null;
        var error = new ReaderClosedException("this end", reason ?? OwnDoing);
        if (Receiver.TryClose(new Closure(new Ending(EndingKind.ReaderClosed, error), error), drop: true) && !isOver)
        {
            ReasonCode code = reason is null ? ReasonCode.None : ReasonCode.Given;
            _outbox.Post(new OutFrame(FrameType.ReceiveClosing, Code: (byte)code, Text: reason is { Length: > 1024 } ? reason[..1024] : reason ?? ""));
        }
        Done(isOut: false);
        return isOver || _isPeerDone ? Task.CompletedTask : Task.WhenAny(_readerConfirmed.Task, _closed.Task);
    }

    /// <summary>Ends the link at once.</summary>
    public void Abort(string? reason)
    {
        string text = reason ?? "no reason given";
        Die(new LinkAbortedException($"This end aborted the link: {text}"), new OutFrame(FrameType.Abort, Code: (byte)ReasonCode.Given, Text: text));
    }

    /// <summary>Ends a link whose peer did not answer in time.</summary>
    public void GiveUp(string message) => Die(new LinkTimeoutException(message), new OutFrame(FrameType.Abort, Code: (byte)ReasonCode.TimedOut, Text: message));

    /// <summary>Closes writer and reader; the goodbye follows the last item.</summary>
    public void BeginClose()
    {
        Leave();
        _ = CloseReaderAsync(null);
        ReleaseWriter();
    }

    /// <summary>Ends the link if the peer has been silent for too long, and asks it for a sign of life before that.</summary>
    public void CheckPeer(TimeSpan timeout)
    {
        TimeSpan silence = Settings.TimeProvider.GetElapsedTime(Volatile.Read(ref _lastHeard));
        if (silence > timeout)
            GiveUp($"The peer ({PeerName}) was silent for {silence.TotalSeconds:N1} s, and PeerTimeout is {timeout.TotalSeconds:N1} s.");
        else if (silence > timeout / 3)
            _outbox.Post(new OutFrame(FrameType.Ping, 0));
    }

    public override void OnBytes() => Volatile.Write(ref _lastHeard, Settings.TimeProvider.GetTimestamp());

    public override void OnHello(Preamble preamble, ReadOnlySpan<byte> hello)
    {
        // A peer of another version may say hello in another form, so that is judged first.
        Hello? peer = Preamble.Common(LinkIdentity.Versions, preamble) == 0 ? null : Hello.Read(hello);
        string? refusal = _identity.Refusal(preamble, peer);
        if (refusal is not null)
            throw new LinkRefusedException($"{refusal} The other end is {_peer.Endpoint}.", new MalformedFrameException(refusal));
        _info = new PeerInfo(_peer.Endpoint, _peer.ProcessId ?? peer!.ProcessId, _peer.UserId, Preamble.Common(LinkIdentity.Versions, preamble), peer!.LibraryVersion);
        byte[] welcome = new byte[WelcomeFrame.Size];
        new WelcomeFrame(Receiver.FirstCredit, Receiver.MaxItemBytes).Write(welcome);
        _outbox.PostOpening(welcome, isOver: true);
    }

    public override int OnItemsHeader(in FrameHeader header, in ItemsHeader items)
    {
        RequireWelcome(header.Type);
        int payload = items.CheckPayload(header.Length, (ulong)Receiver.ReceivedItems, Receiver.ElementSize);
        _isDiscarding = !Receiver.Announce((int)items.Count, payload, _isPeerDone);
        ChannelMetrics.Received((int)items.Count, payload);
        return payload;
    }

    public override void OnItems(ReadOnlySpan<byte> payload, int count, ref WakeList wake)
    {
        CheckLengths(payload, count);
        if (!_isDiscarding)
            Receiver.Receive(payload, count, ref wake);
        AnswerFlush();
    }

    public override void OnItems(Segment payload, int count, ref WakeList wake)
    {
        CheckLengths(payload.Array.AsSpan(0, payload.Written), count);
        if (_isDiscarding)
            payload.Release();
        else
            Receiver.Receive(payload, count, ref wake);
        AnswerFlush();
    }

    public override void OnControl(in FrameHeader header, bool isKnown, ReadOnlySpan<byte> body, ref WakeList wake)
    {
        if (!isKnown)
        {
            CountEmpty(header.Type);
            return;
        }
        if (header.Type is not (FrameType.Welcome or FrameType.Refuse or FrameType.Abort))
            RequireWelcome(header.Type);
        switch (header.Type)
        {
            case FrameType.Welcome: OnWelcome(WelcomeFrame.Read(body)); break;
            case FrameType.Refuse: throw new LinkRefusedException($"{ReasonFrame.Read(body, header.Type).Text} The other end, {_peer.Endpoint}, refused the link.");
            case FrameType.Credit: OnCredit(CreditFrame.Read(body), ref wake); break;
            case FrameType.Flush: OnFlush(CounterFrame.Read(body, header.Type)); break;
            case FrameType.Received: OnCount(CounterFrame.Read(body, header.Type), header.Type, ref wake); break;
            case FrameType.Join: OnJoin(CounterFrame.Read(body, header.Type)); break;
            case FrameType.Joined: OnCount(CounterFrame.Read(body, header.Type), header.Type, ref wake); break;
            case FrameType.Complete: OnComplete(CompleteFrame.Read(body)); break;
            case FrameType.SendFinished: OnSendFinished(CounterFrame.Read(body, header.Type)); break;
            case FrameType.ReceiveClosing: OnReceiveClosing(ReasonFrame.Read(body, header.Type)); break;
            case FrameType.ReceiveFinished: OnReceiveFinished(CounterFrame.Read(body, header.Type), ref wake); break;
            case FrameType.Abort: throw AbortedByPeer(ReasonFrame.Read(body, header.Type));
            case FrameType.Ping: OnPing(CounterFrame.Read(body, header.Type)); break;
            case FrameType.Pong: CountEmpty(header.Type); break;
            case FrameType.Goodbye: OnGoodbye(CounterFrame.Read(body, header.Type), ref wake); break;
        }
    }

    public override void OnEnd(Exception? error)
    {
        Volatile.Write(ref _isLoopOver, true);
        if (Volatile.Read(ref _isClosing) != 0)
            return;
        if (error is not MalformedFrameException && (_goodbye.IsReceived || (_isPeerDone && Sender.Closure is not null && _goodbye.IsOutDone)))
        {
            // Both directions were over, so that a broken connection takes nothing away.
            _ = CloseConnectionAsync(drain: false);
            return;
        }
        switch (error)
        {
            case null:
                Die(new ConnectionLostException($"The connection to {PeerName} ended without a goodbye: the process was killed, or left without closing it."), null);
                break;
            case LinkRefusedException { InnerException: MalformedFrameException refusal }:
                Die(error, new OutFrame(FrameType.Refuse, Code: (byte)ReasonCode.Given, Text: refusal.Message));
                break;
            case MalformedFrameException:
                Die(
                    new ProtocolViolationException($"{error.Message} It came from {PeerName}.", error),
                    new OutFrame(FrameType.Abort, Code: (byte)ReasonCode.Violation, Text: error.Message));
                break;
            case CrossChannelException:
                Die(error, null);
                break;
            default:
                Die(new ConnectionLostException($"The connection to {PeerName} broke: {error.Message}", error), null);
                break;
        }
    }

    private void OnWelcome(WelcomeFrame welcome)
    {
        if (_isWelcomed)
            throw new MalformedFrameException("Frame Welcome came a second time.");
        _isWelcomed = true;
        _greetingTimer?.Dispose();
        Sender.Open(welcome.Credit, welcome.MaxItemBytes);
        LinkRegistry.Watch(this);
        Log.Connected(Settings.Logger, _peer.Endpoint);
        _greeted.TrySetResult(_info!);
    }

    private void OnCredit(CreditFrame credit, ref WakeList wake)
    {
        if (!Sender.TryGrant(credit, ref wake))
            throw new MalformedFrameException($"Frame Credit goes back, or beyond the first credit and what was sent, to {credit.Items:N0} items, {credit.Bytes:N0} bytes.");
        // Both counts may stand for no limit, so their sum may not be taken; and neither goes back.
        bool isNew = _highWater.CreditItems.Raise(credit.Items) | _highWater.CreditBytes.Raise(credit.Bytes);
        CountUnlessNew(isNew, FrameType.Credit);
    }

    private void OnFlush(long target)
    {
        CountUnlessNew(_highWater.Flush.Raise(target), FrameType.Flush);
        AnswerFlush();
    }

    /// <summary>Tells how many items are here, once as many are as the peer asked for.</summary>
    private void AnswerFlush()
    {
        long received = Receiver.ReceivedItems;
        if (_highWater.Flush.Value > _highWater.FlushAnswered && received >= _highWater.Flush.Value)
        {
            _highWater.FlushAnswered = received;
            _outbox.Post(new OutFrame(FrameType.Received, received));
        }
    }

    private void OnJoin(long target)
    {
        CountUnlessNew(_highWater.Join.Raise(target), FrameType.Join);
        Receiver.WatchRead(target);
    }

    private void OnCount(long count, FrameType type, ref WakeList wake)
    {
        if (!Sender.TryCount(count, read: type != FrameType.Received, ref wake))
            throw new MalformedFrameException($"Frame {type} counts {count:N0} items, which is more than were sent.");
        CountUnlessNew((type == FrameType.Received ? ref _highWater.Received : ref _highWater.Read).Raise(count), type);
    }

    private void OnComplete(CompleteFrame complete)
    {
        Exception? error = complete.Outcome switch
        {
            CompletionOutcome.Success => null,
            CompletionOutcome.Canceled => new OperationCanceledException("The writer completed the channel as canceled."),
            _ => new RemoteChannelException(complete.TypeName, complete.Message),
        };
        EndReading(FrameType.Complete, complete.Total, new Ending(error is null ? EndingKind.Completed : EndingKind.Faulted, error), error);
    }

    private void OnSendFinished(long total)
    {
        var error = new WriterLeftException(PeerName);
        EndReading(FrameType.SendFinished, total, new Ending(EndingKind.WriterLeft, error), error);
    }

    private void EndReading(FrameType type, long total, Ending ending, Exception? error)
    {
        if (_isPeerDone)
            throw new MalformedFrameException($"Frame {type} came after the frame that says that no more items come.");
        // A reader that has closed no longer counts, since the writer drops what it has not sent.
        if (total != Receiver.ReceivedItems && Receiver.Ending is not { Kind: EndingKind.ReaderClosed })
            throw new MalformedFrameException($"Frame {type} says {total:N0} items, and {Receiver.ReceivedItems:N0} came.");
        _isPeerDone = true;
        _readerConfirmed.TrySetResult();
        Receiver.TryClose(new Closure(ending, error), drop: false);
    }

    private void OnReceiveClosing(ReasonFrame reason)
    {
        var error = new ReaderClosedException(PeerName, reason.Code == ReasonCode.None ? null : reason.Text);
        if (!CloseSender(EndingKind.ReaderClosed, _ => error, drop: true, new OutFrame(FrameType.SendFinished)))
            CountUnlessNew(_highWater.Closing.Raise(1), FrameType.ReceiveClosing);
        Sender.Detach(_ => error);
        Done(isOut: true);
    }

    private void OnReceiveFinished(long total, ref WakeList wake)
    {
        OnCount(total, FrameType.ReceiveFinished, ref wake);
        if (Sender.Closure is null || Sender.UnreceivedCount != 0)
            throw new MalformedFrameException($"Frame ReceiveFinished says {total:N0} items, and the writer has not finished with that.");
        Done(isOut: true);
    }

    private void OnPing(long value)
    {
        CountEmpty(FrameType.Ping);
        _outbox.Post(new OutFrame(FrameType.Pong, value));
    }

    private void OnGoodbye(long received, ref WakeList wake)
    {
        if (_goodbye.IsReceived)
            throw new MalformedFrameException("Frame Goodbye came a second time.");
        if (!Sender.TryCount(received, read: false, ref wake))
            throw new MalformedFrameException($"Frame Goodbye counts {received:N0} items, which is more than were sent.");
        if (!_isPeerDone)
            throw new MalformedFrameException("Frame Goodbye came before the frame that says that no more items come.");
        var error = new ReaderClosedException(PeerName, null);
        CloseSender(EndingKind.ReaderClosed, _ => error, drop: true, new OutFrame(FrameType.SendFinished));
        Sender.Detach(_ => error);
        bool isClosing;
        lock (_sync)
            isClosing = _goodbye.Receive();
        Done(isOut: true);
        Done(isOut: false);
        if (isClosing)
            _ = CloseConnectionAsync(drain: false);
    }

    /// <summary>All items of an ended direction have been taken, or this end closed its reader.</summary>
    private void OnReaderFinished(long total)
    {
        if (_identity.Reads.IsNone)
            return;
        ChannelMetrics.Ended(Receiver.Ending!.Kind);
        if (Volatile.Read(ref _cause) is not null)
            return;
        // A reader that closed what was complete has thrown away the rest, and says ReceiveClosing instead.
        if (Receiver.Ending!.Kind != EndingKind.ReaderClosed && total == Receiver.ReceivedItems)
            _outbox.Post(new OutFrame(FrameType.ReceiveFinished, total));
        Done(isOut: false);
    }

    private bool CloseSender(EndingKind kind, Func<long, Exception?> makeError, bool drop, OutFrame? last)
    {
        bool isFirst = Sender.TryClose(
            unreceived =>
            {
                Exception? error = makeError(unreceived);
                return new Closure(new Ending(kind, error, kind is EndingKind.Completed or EndingKind.Faulted ? 0 : unreceived), error);
            },
            drop,
            last);
        if (isFirst)
            ChannelMetrics.Ended(kind);
        return isFirst;
    }

    private void Done(bool isOut)
    {
        bool sayGoodbye;
        lock (_sync)
            sayGoodbye = _goodbye.Done(isOut);
        if (sayGoodbye)
            _outbox.Post(new OutFrame(FrameType.Goodbye, Receiver.ReceivedItems));
    }

    private void OnLastWritten()
    {
        bool isClosing;
        lock (_sync)
            isClosing = _goodbye.Written();
        // After last words the peer closes first, if it can; what it still sends must not reset the connection under them.
        if (Volatile.Read(ref _cause) is null ? isClosing : Volatile.Read(ref _isLoopOver))
            _ = CloseConnectionAsync(drain: Volatile.Read(ref _cause) is not null);
    }

    private void OnWriteFailed(Exception e)
    {
        // What the peer said last may be on its way still and explains more than a broken pipe does: the receive loop decides.
        // It ends by itself, since the connection is broken; a peer that only stopped to read is left after a moment.
        _ = FailSoonAsync(e);
    }

    private async Task FailSoonAsync(Exception e)
    {
        await Task.WhenAny(_closed.Task, Task.Delay(s_lingerTimeout, Settings.TimeProvider)).ConfigureAwait(false);
        Die(new ConnectionLostException($"The connection to {PeerName} broke: {e.Message}", e), null);
    }

    private void OnGreetingLate()
    {
        if (System.Diagnostics.Debugger.IsAttached)
            _greetingTimer?.Change(Settings.GreetingTimeout, Timeout.InfiniteTimeSpan);
        else
            GiveUp($"The greeting with {_peer.Endpoint} took more than {Settings.GreetingTimeout.TotalSeconds:N1} s.");
    }

    /// <summary>Ends the link for a reason; the first one stands.</summary>
    private void Die(Exception cause, OutFrame? lastWords)
    {
        if (Interlocked.CompareExchange(ref _cause, cause, null) is not null)
        {
            if (lastWords is null)
                _ = CloseConnectionAsync(drain: false);
            return;
        }
        if (lastWords is { } words)
        {
            byte[] bytes = new byte[OutFrame.MaxSize];
            _outbox.StopWith(bytes[..words.Write(bytes)]);
            _ = CloseLateAsync();
        }
        else
        {
            _outbox.Stop();
        }

        EndingKind kind = (cause as CrossChannelException)?.Kind ?? EndingKind.ConnectionLost;
        Exception AtWriter(long unreceived) => cause is ConnectionLostException lost
            ? new ConnectionLostException($"{lost.Message} Up to {unreceived:N0} accepted items were not received.", lost.InnerException, unreceived, lost.ExitCode)
            : cause;
        CloseSender(kind, AtWriter, drop: true, last: null);
        Sender.Detach(AtWriter);
        Receiver.TryClose(new Closure(new Ending(kind, cause), cause), drop: false);
        _readerConfirmed.TrySetResult();
        _greeted.TrySetException(cause);
        _ = _greeted.Task.Exception;
        Log.Ended(Settings.Logger, _peer.Endpoint, kind, cause);
        if (lastWords is null)
            _ = CloseConnectionAsync(drain: false);
    }

    private async Task CloseLateAsync()
    {
        await Task.WhenAny(_closed.Task, Task.Delay(s_lingerTimeout, Settings.TimeProvider)).ConfigureAwait(false);
        await CloseConnectionAsync(drain: false).ConfigureAwait(false);
    }

    /// <summary>Reads until the peer has closed, so that unread bytes do not make the system drop what it has not read yet.</summary>
    private async Task DrainAsync()
    {
        byte[] scratch = new byte[4096];
        Task late = Task.Delay(s_lingerTimeout, Settings.TimeProvider);
        for (int reads = 0; reads < 256 && !late.IsCompleted; reads++)
        {
            Task<int> read = _input.ReadAsync(scratch).AsTask();
            if (await Task.WhenAny(read, late).ConfigureAwait(false) == late || await read.ConfigureAwait(false) == 0)
                return;
        }
    }

    private void CheckLengths(ReadOnlySpan<byte> payload, int count)
    {
        if (Receiver.ElementSize == 0)
            ItemsHeader.CheckLengths(payload, (uint)count, Receiver.MaxItemBytes);
    }

    private void RequireWelcome(FrameType type)
    {
        if (!_isWelcomed)
            throw new MalformedFrameException($"Frame {FrameLimits.Name(type)} came before frame Welcome.");
    }

    private void CountUnlessNew(bool isNew, FrameType type)
    {
        if (!isNew)
            CountEmpty(type);
    }

    private void CountEmpty(FrameType type)
    {
        TimeProvider clock = Settings.TimeProvider;
        if (!_emptyFrames.TryCount((long)clock.GetElapsedTime(0, clock.GetTimestamp()).TotalMilliseconds))
            throw new MalformedFrameException($"Frame {FrameLimits.Name(type)} is one of more than {Settings.MaxEmptyFramesPerSecond:N0} in a second that carry nothing new (MaxEmptyFramesPerSecond).");
    }

    private CrossChannelException AbortedByPeer(ReasonFrame reason) => reason.Code switch
    {
        ReasonCode.Violation => new ProtocolViolationException($"The peer ({PeerName}) ended the link: {reason.Text}"),
        ReasonCode.TimedOut => new LinkTimeoutException($"The peer ({PeerName}) ended the link: {reason.Text}"),
        _ => new LinkAbortedException($"The peer ({PeerName}) aborted the link: {reason.Text}"),
    };

    [SuppressMessage("Design", "CA1031", Justification = "Whatever closing throws, the connection is over, and nobody is there to be told.")]
    private async Task CloseConnectionAsync(bool drain)
    {
        if (Interlocked.Exchange(ref _isClosing, 1) != 0)
            return;
        _outbox.Stop();
        _greetingTimer?.Dispose();
        try
        {
            if (drain)
                await DrainAsync().ConfigureAwait(false);
            await _output.CloseAsync().ConfigureAwait(false);
            await _input.CloseAsync().ConfigureAwait(false);
            if (_peer.Connection is { } connection)
                await connection.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Log.CloseFailed(Settings.Logger, _peer.Endpoint, e);
        }
        if (Volatile.Read(ref _cause) is null)
            Sender.Detach(static unreceived => new ConnectionLostException($"The link is closed; up to {unreceived:N0} accepted items were not received.", null, unreceived));
        LinkRegistry.Remove(this);
        ChannelMetrics.LinkClosed();
        _closed.TrySetResult();
    }
}
