using System.Diagnostics.CodeAnalysis;
using System.Runtime.Versioning;
using CrossChannels.Diagnostics;
using CrossChannels.Protocol;
using CrossChannels.SharedMemory;
using CrossChannels.Threading;

namespace CrossChannels.Links;

/// <summary>One connection that carries one duplex attachment: begins it, and decides when and why it is over.</summary>
internal sealed class Link
{
    private readonly LinkConnection _connection;
    private readonly LinkIdentity _identity;
    private readonly RemotePeer _peer;
    private readonly SenderShutdown _writing;
    private readonly WorkScheduler _scheduler;
    private readonly Outbox _outbox;
    private readonly LinkFrames _frames;
    private readonly GreetingWait _greeting;
    private readonly TaskCompletionSource _peerDone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly RankedLock _sync = new(LockRank.Goodbye);
    private GoodbyeState _goodbye;
    private Exception? _cause;

    public Link(LinkInput input, LinkOutput output, LinkIdentity identity, LinkPeer peer, LinkHalves halves, WorkScheduler? scheduler = null)
    {
        Tags = identity.Tags();
        _connection = new LinkConnection(input, output, peer, identity.Settings, Tags);
        MayLendLarge = output.EndsWritesOnClose;
        HasOwner = halves.HasOwner;
        _identity = identity;
        _peer = new RemotePeer(peer);
        _greeting = new GreetingWait(identity.Settings, OnGreetingLate);
        _scheduler = scheduler ?? WorkScheduler.Default;
        _outbox = new Outbox(output, _scheduler) { Tags = Tags, Failed = OnOutputFailed, LastWritten = OnLastWritten };
        Sender = halves.MakeSender(_outbox);
        _writing = new SenderShutdown(Sender, Tags, () => Where);
        Receiver = halves.MakeReceiver(_outbox);
        Receiver.Finished = OnReaderFinished;
        Receiver.Violated = Violate;
        Sender.Violated = Violate;
        _outbox.Sender = Sender;
        _outbox.Receiver = Receiver;
        _frames = new LinkFrames(this, identity, _outbox, Sender, Receiver);
        var unused = new Closure(new Ending(EndingKind.Completed), null);
        if (identity.Writes.IsNone)
        {
            Sender.TryClose(_ => unused, drop: true, last: null);
            _goodbye.IsOutDone = true;
        }
        if (identity.Reads.IsNone)
        {
            Receiver.TryClose(unused, drop: true);
            _peerDone.SetResult();
            _goodbye.IsInDone = true;
        }
    }

    /// <summary>What its measurements are tagged with.</summary>
    public MetricTags Tags { get; }

    public SendingHalf Sender { get; }

    public ReceivingHalf Receiver { get; }

    /// <summary>How many of its two directions go by shared memory.</summary>
    public int LaneCount => (Sender.IsLane ? 1 : 0) + (Receiver.IsSharedMemory ? 1 : 0);

    /// <summary>Whether a large item may be written from its writer's memory.</summary>
    public bool MayLendLarge { get; private set; }

    /// <summary>Somebody else closes it when the process exits.</summary>
    public bool HasOwner { get; }

    public ConnectionOptions Settings => _identity.Settings;

    public LinkRole Role => _identity.Role;

    public PeerInfo? Peer => _peer.Info;

    /// <summary>The process at the other end, where the system tells which it is; what the peer says of itself does not count.</summary>
    public int? LocalProcessId => _peer.Connected.ProcessId;

    /// <summary>Both ends have greeted; faults with the cause if they did not.</summary>
    public Task<PeerInfo> Greeted => _greeting.Greeted;

    /// <summary>The connection is closed; never faults.</summary>
    public Task Closed => _connection.Closed;

    /// <summary>What the link died of; null while it lives, and where it is closed in order.</summary>
    public Exception? Cause => Volatile.Read(ref _cause);

    /// <summary>The peer has said that it sends no more items.</summary>
    public bool IsPeerDone => _peerDone.Task.IsCompleted;

    /// <summary>Somebody waits for this link, who may hold nothing else of it.</summary>
    public bool HasWaiters => Sender.HasWaiters || Receiver.HasWaiters;

    public string PeerName => _peer.Name;

    /// <summary>Which channel it carries, for messages.</summary>
    public string Where => _identity.Channel.Length == 0 ? $"with {PeerName}" : $"'{_identity.Channel}' with {PeerName}";

    /// <summary>Sends the greeting and begins to read.</summary>
    public void Start()
    {
        ChannelMetrics.LinkOpened(Tags);
        _outbox.PostOpening(_identity.Greeting(), isOver: false);
        Begin();
    }

    /// <summary>Begins to read; the other end has this end's greeting already.</summary>
    public void StartGreeted()
    {
        ChannelMetrics.LinkOpened(Tags);
        Begin();
    }

    /// <summary>Waits for its connection, in place of <see cref="Start()"/>.</summary>
    /// <param name="firstUse">Called, without a lock and perhaps more often than once, when this end is used before it has one.</param>
    public void DeferOpen(Action firstUse)
    {
        ChannelMetrics.LinkOpened(Tags);
        _outbox.DeferOpen(firstUse);
    }

    /// <summary>How this end accepts its peer.</summary>
    public WelcomeFrame Welcome => new(Receiver.FirstCredit, Receiver.MaxItemBytes);

    /// <summary>It is known how the other end will accept this one: what it has room for is accepted before it has greeted, and sent when it has.</summary>
    public void Expect(WelcomeFrame welcome)
    {
        ItemSender? sender = OperatingSystem.IsLinux() && Sender is DeferredSender deferred ? deferred.Items : Sender as ItemSender;
        if (Sender.Closure is null && sender is not null)
            sender.Expect(welcome);
    }

    /// <summary>Begins with the connection that it waited for.</summary>
    /// <param name="input">The connection.</param>
    /// <param name="output">The connection.</param>
    /// <param name="peer">Who is at the other end.</param>
    /// <param name="isGreetingSent">The other end has this end's greeting already.</param>
    /// <param name="features">What this end's greeting says that it can do beyond the protocol's version.</param>
    public void Start(LinkInput input, LinkOutput output, LinkPeer peer, bool isGreetingSent, ulong features = 0)
    {
        _peer.Connect(peer);
        MayLendLarge = output.EndsWritesOnClose;
        _connection.Open(input, output, peer);
        _outbox.Open(output, isGreetingSent ? null : (_identity with { Features = features }).Greeting());
        Begin();
    }

    /// <summary>Goes over to lanes before it starts with the connection that brought them, and owns them from then on.</summary>
    /// <param name="outgoing">The lane that this end writes; null where its items go over the connection.</param>
    /// <param name="incoming">The lane that this end reads; null where its items come over the connection.</param>
    /// <param name="isFenceShared">Both processes take part in <see cref="ProcessFence"/>.</param>
    /// <returns>False if more was accepted than the lane has room for: all goes over the connection.</returns>
    [SupportedOSPlatform("linux")]
    public bool TryUse(LaneEnd? outgoing, LaneEnd? incoming, bool isFenceShared)
    {
        if (outgoing is not null && Sender is DeferredSender sender && !sender.TryUse(outgoing, isFenceShared))
        {
            outgoing.Dispose();
            if (Sender.Closure is null)
            {
                incoming?.Dispose();
                return false;
            }
        }
        // A reader that is closed already says so in a frame, and never looks at the lane.
        if (incoming is not null && Receiver is DeferredReceiver receiver && !receiver.TryUse(incoming, isFenceShared))
            incoming.Dispose();
        return true;
    }

    /// <summary>This end is used, which one that waits for its connection takes for a wish.</summary>
    public void EnsureOpen() => _outbox.EnsureOpen();

    private void Begin()
    {
        LinkRegistry.Add(this);
        _greeting.Begin();
        _scheduler.Queue(new ReceiveLoop(_connection.Input, _frames));
        // It may have been closed while it waited for this connection. Closing is marked before the connection is looked at, and the connection is set
        // before the mark is looked at here: so at least one of the two disposes it, and where both do, the second does nothing.
        if (!_connection.IsClosing)
            return;
        LinkRegistry.Remove(this);
        _ = _peer.Connected.Connection?.DisposeAsync().AsTask();
    }

    /// <inheritdoc cref="SenderShutdown.TryComplete"/>
    public bool TryComplete(Exception? error)
    {
        Sender.Closure?.ThrowIfMoved();
        EnsureOpen();
        return _writing.TryComplete(error);
    }

    /// <summary>Tells the writer of a shared channel that it takes no more items; those that were accepted there may still come.</summary>
    public void EndChannel(Exception? error) => _outbox.Post(EndingMap.FrameOf(error, FrameType.Ended));

    /// <inheritdoc cref="SenderShutdown.Leave"/>
    public bool Leave(Exception? error = null)
    {
        EnsureOpen();
        return _writing.Leave(error);
    }

    /// <summary>The reader closes its end; what is unread is dropped.</summary>
    /// <returns>Done when the writer has confirmed it, or the connection is closed.</returns>
    public Task CloseReaderAsync(string? reason, Exception? error = null)
    {
        EnsureOpen();
        error ??= new ReaderClosedException("this end", reason);
        if (Receiver.TryClose(new Closure(new Ending(EndingKind.ReaderClosed, error), error) { Where = Where }, drop: true))
            TellReaderClosed(reason);
        return IsPeerDone ? Task.CompletedTask : Task.WhenAny(_peerDone.Task, Closed);
    }

    /// <summary>Closes a reader that is open.</summary>
    /// <param name="error">What every later use of it throws.</param>
    /// <returns>False if it was over.</returns>
    public bool TryCloseReader(Exception error)
    {
        if (Receiver.Closure is not null)
            return false;
        _ = CloseReaderAsync(null, error);
        return ReferenceEquals(Receiver.Closure?.Error, error);
    }

    /// <summary>Tells the writer that what it sent is not read any more.</summary>
    public void TellReaderClosed(string? reason)
    {
        // Whoever closed says so, and only then that it is done: the reason must go before the goodbye.
        ReasonCode code = reason is null ? ReasonCode.None : ReasonCode.Given;
        _outbox.Post(new OutFrame(FrameType.ReceiveClosing, Code: (byte)code, Text: reason is { Length: > 1024 } ? reason[..1024] : reason ?? ""));
        Done(isOut: false);
    }

    /// <summary>Closes writer and reader; the goodbye follows the last item.</summary>
    public void BeginClose()
    {
        Leave();
        _ = CloseReaderAsync(null);
        Done(isOut: true);
    }

    /// <summary>As <see cref="BeginClose"/>, in a process that exits: calls that wait go on waiting, and none fails.</summary>
    public void BeginExit()
    {
        // At a hub the other end's user is not of this process, and what serves it must come to its end.
        bool isHubs = Role is LinkRole.Writer ? _identity.Writes.IsNone : Role is (LinkRole.Reader or LinkRole.LeasedReader) && _identity.Reads.IsNone;
        if (isHubs)
        {
            BeginClose();
            return;
        }
        EnsureOpen();
        _writing.Exit();
        if (Receiver.TryClose(new Closure(new Ending(EndingKind.ReaderClosed, null), null, isExit: true), drop: true))
            TellReaderClosed(null);
        Done(isOut: true);
    }

    /// <summary>One half needs the link no more; with both done it says goodbye.</summary>
    public void Done(bool isOut)
    {
        bool sayGoodbye;
        using (_sync.Enter())
            sayGoodbye = _goodbye.Done(isOut);
        if (sayGoodbye)
            _outbox.Post(new OutFrame(FrameType.Goodbye, Receiver.ReceivedItems));
    }

    /// <summary>Ends the link at once; items that arrived and were not read are dropped here.</summary>
    public void Abort(string? reason)
    {
        EnsureOpen();
        Die(LinkFailure.Aborted(reason ?? "no reason given"));
    }

    /// <summary>Ends the link at once because the channel's owner has left.</summary>
    /// <param name="unread">How many items no reader has read.</param>
    public void LeaveAtOnce(long unread) => Die(LinkFailure.OwnerLeft(unread));

    /// <summary>Ends a link that never had a connection.</summary>
    public void Fail(Exception cause) => Die(new LinkFailure(cause));

    /// <summary>Ends a link that never had a connection, because this end was given away.</summary>
    public void MoveAway(Exception moved)
    {
        Interlocked.CompareExchange(ref _cause, moved, null);
        _writing.MoveAway(moved);
        Receiver.TryClose(new Closure(new Ending(EndingKind.ReaderClosed, moved), moved), drop: true);
        Close();
    }

    /// <summary>Ends a link whose peer did not answer in time.</summary>
    public void GiveUp(string message) => Die(LinkFailure.TimedOut(message));

    /// <summary>Ends a link whose peer said, in items, what no correct peer says.</summary>
    public void Violate(string message) => Die(LinkFailure.Violated(message, _peer));

    /// <summary>Ends the link if the peer has been silent for too long, and asks it for a sign of life before that.</summary>
    public void CheckPeer(TimeSpan timeout)
    {
        TimeSpan silence = _frames.Silence;
        if (silence > timeout)
            GiveUp($"The peer ({PeerName}) was silent for {silence.TotalSeconds:N1} s, and PeerTimeout is {timeout.TotalSeconds:N1} s.");
        else if (silence > timeout / 3)
            _outbox.Post(new OutFrame(FrameType.Ping));
    }

    /// <summary>The peer's hello is accepted.</summary>
    internal void Meet(int version, Hello peer)
    {
        Receiver.Meet(peer);
        _peer.Meet(version, peer, LaneCount > 0);
        Tags.Meet(_peer.Info!);
    }

    /// <summary>The peer has accepted this end's hello.</summary>
    internal void OnGreeted()
    {
        PeerWatch.Add(this);
        Log.Connected(Settings.Logger, _peer.Endpoint);
        _greeting.Succeed(Peer!);
    }

    /// <summary>The peer has room for less than was accepted for it before it greeted.</summary>
    internal void Disappoint(string shortage)
    {
        string message = $"The other end ({PeerName}) {shortage}";
        Die(new LinkFailure(new LinkRefusedException(message), new OutFrame(FrameType.Abort, Code: (byte)ReasonCode.Given, Text: message)));
    }

    internal Exception RefusedByPeer(ReasonFrame reason) => EndingMap.Refused(reason, _peer.Connected);

    internal Exception AbortedByPeer(ReasonFrame reason) => EndingMap.Aborted(reason, PeerName, _identity.Channel);

    internal void OnPeerLeft(long total) =>
        OnPeerDone(FrameType.SendFinished, total, EndingKind.WriterLeft, new WriterLeftException(PeerName));

    /// <summary>The peer sends no more items.</summary>
    internal void OnPeerDone(FrameType type, long total, EndingKind kind, Exception? error)
    {
        if (IsPeerDone)
            throw new MalformedFrameException($"Frame {type} came after the frame that says that no more items come.");
        // A reader that has closed no longer counts, since the writer drops what it has not sent.
        if (total != Receiver.ReceivedItems && Receiver.Ending is not { Kind: EndingKind.ReaderClosed })
            throw new MalformedFrameException($"Frame {type} says {total:N0} items, and {Receiver.ReceivedItems:N0} came.");
        _peerDone.TrySetResult();
        Receiver.TryClose(new Closure(new Ending(kind, error), error) { Where = Where }, drop: false);
        if (error is OwnerLeftException or WritersLostException)
            Log.Ended(Settings.Logger, _peer.Endpoint, kind, error);
    }

    /// <summary>The hub's channel takes no more items; what was accepted is still sent.</summary>
    internal void OnChannelEnded(CompleteFrame end)
    {
        if (_writing.EndWithChannel(end) is { } error)
            Log.Ended(Settings.Logger, _peer.Endpoint, EndingMap.KindOf(error), error);
    }

    /// <summary>The peer's reader is closed.</summary>
    /// <returns>False if that was known.</returns>
    internal bool OnReaderClosed(string? reason)
    {
        bool isNew;
        using (_sync.Enter())
            isNew = _goodbye.CloseReader();
        _writing.EndWithReader(new ReaderClosedException(PeerName, reason));
        Done(isOut: true);
        return isNew;
    }

    /// <summary>The peer sends nothing more, and reads nothing more.</summary>
    internal void OnGoodbye()
    {
        bool isOver;
        using (_sync.Enter())
            isOver = _goodbye.Receive();
        OnReaderClosed(null);
        Done(isOut: false);
        if (isOver)
            Close();
    }

    /// <summary>The receive loop has ended, at the end of the input (null) or by an error.</summary>
    internal void OnInputEnded(Exception? error)
    {
        if (error is not (MalformedFrameException or PeerRefusedException or CrossChannelException) && !IsOver && _peer.Exit is { ExitCode: null } exit)
        {
            _ = DecideLaterAsync(exit, error);
            return;
        }
        if (!_connection.IsClosing)
            DecideEnd(error);
        _connection.InputEnded();
    }

    /// <summary>How the process at the other end ended says more than that its connection broke.</summary>
    private async Task DecideLaterAsync(ExitWatch exit, Exception? error)
    {
        await exit.WaitAsync(Settings.TimeProvider).ConfigureAwait(false);
        if (!_connection.IsClosing)
            DecideEnd(error);
        _connection.InputEnded();
    }

    /// <summary>Both directions are over, so that a broken connection takes nothing away.</summary>
    private bool IsOver
    {
        get
        {
            using (_sync.Enter())
                return _goodbye.IsReceived || (_goodbye.IsOutDone && IsPeerDone);
        }
    }

    private void DecideEnd(Exception? error)
    {
        if (IsOver && error is not (MalformedFrameException or PeerRefusedException))
            Close();
        else
            Die(LinkFailure.OfInput(error, _peer));
    }

    /// <summary>All items of an ended direction have been taken, or this end closed its reader.</summary>
    private void OnReaderFinished(long total)
    {
        if (_identity.Reads.IsNone)
            return;
        EndingKind kind = Receiver.Ending!.Kind;
        Exception? cause = Volatile.Read(ref _cause);
        if (cause is not EndMovedException)
            ChannelMetrics.Ended(kind, Tags);
        if (cause is not null)
            return;
        // A reader that closes says ReceiveClosing instead, and is done only then: its reason must go before the goodbye.
        if (kind == EndingKind.ReaderClosed || total != Receiver.ReceivedItems)
            return;
        _outbox.Post(new OutFrame(FrameType.ReceiveFinished, total));
        Done(isOut: false);
    }

    private void OnLastWritten()
    {
        bool isOver;
        using (_sync.Enter())
            isOver = _goodbye.Written();
        if (Volatile.Read(ref _cause) is not null)
            _connection.LastWordsSaid();
        else if (isOver)
            Close();
    }

    private void OnOutputFailed(Exception e) =>
        _ = _connection.FailSoonAsync(() => Die(LinkFailure.Broken(e, _peer)));

    private void OnGreetingLate() =>
        GiveUp(GreetingWait.LateMessage(_peer.Endpoint, Settings));

    /// <summary>Ends the link for a reason; the first one stands.</summary>
    private void Die(LinkFailure verdict)
    {
        if (_connection.IsClosing || Interlocked.CompareExchange(ref _cause, verdict.Cause, null) is not null)
        {
            if (verdict.LastWords is null)
                Close();
            return;
        }
        if (verdict.LastWords is { } words)
        {
            byte[] bytes = new byte[OutFrame.MaxSize];
            _outbox.StopWith(bytes[..words.Write(bytes)]);
        }
        _writing.Die(verdict);
        Receiver.TryClose(verdict.ForReader(), verdict.DropsUnread);
        _greeting.Fail(verdict.Cause);
        Log.Ended(Settings.Logger, _peer.Endpoint, verdict.Kind, verdict.Cause);
        if (verdict.LastWords is null)
            Close();
        else
            _ = _connection.CloseLateAsync(Close);
    }

    [SuppressMessage("Usage", "VSTHRD110", Justification = "Closing reports to Closed and never faults.")]
    private void Close()
    {
        _outbox.Stop();
        if (Volatile.Read(ref _cause) is null)
            _writing.Detach();
        _greeting.Fail(Volatile.Read(ref _cause) ?? new ConnectionLostException("The link was closed before its peer greeted."));
        PeerWatch.Remove(this);
        _ = _connection.CloseAsync(() => LinkRegistry.Remove(this));
    }
}
