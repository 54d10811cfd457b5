using System.Diagnostics;
using CrossChannels.Diagnostics;
using CrossChannels.Threading;

namespace CrossChannels.Links;

/// <summary>Everything that goes to the peer: control frames, and the blocks of the item sender; one write at a time.</summary>
/// <remarks>
/// Items gather while a write is under way. Whoever adds to an outbox that has just become idle has it sent by the pool, so that
/// items which follow closely travel together. After a pause the caller sends by itself: waking the pool would cost it as much.
/// A caller that is about to wait sends too, so that the common exchange costs no hand-over between threads.
/// </remarks>
internal sealed class Outbox(LinkOutput output, WorkScheduler scheduler) : IThreadPoolWorkItem
{
    /// <summary>After so many writes a caller that sends by itself hands over to the pool, so that others cannot hold it.</summary>
    private const int MaxInlineWrites = 2;

    /// <summary>An item that comes so long after the last write is not one of a stream.</summary>
    private static readonly long s_pauseTicks = Stopwatch.Frequency / 100_000;

    private readonly ControlQueue _control = new();
    private readonly byte[] _small = new byte[Block.ControlRoom];
    private LinkOutput _output = output;
    private Action? _onWritten;
    private ValueTask _write;
    private Block? _block;
    private ReadOnlyMemory<byte> _rest;
    private State _state;
    private long _idleSince;
    private Action? _firstUse;
    private bool _isQueued;
    private bool _isFeedbackDue;
    private bool _isGoodbyeWritten;
    private bool _hasWritten;

    private enum State
    {
        Idle,

        /// <summary>The pool, or a caller that is faster, will send.</summary>
        Scheduled,

        /// <summary>Somebody sends.</summary>
        Sending,

        /// <summary>There is no connection yet.</summary>
        Unopened,
        Stopped,
    }

    /// <summary>Guards this outbox and the item sender. Taken before the lock of the item receiver, or of a hub's channel, where both are needed.</summary>
    public RankedLock Sync { get; } = new(LockRank.Outbox);

    /// <summary>What the measurements of its link are tagged with.</summary>
    public MetricTags Tags { get; init; } = MetricTags.None;

    /// <summary>Where items come from; set once, before the greeting is posted.</summary>
    public SendingHalf Sender { get; set; } = null!;

    /// <summary>Where credit comes from; set once, before the greeting is posted.</summary>
    public ReceivingHalf Receiver { get; set; } = null!;

    /// <summary>Called, outside the lock, when a write has failed.</summary>
    public required Action<Exception> Failed { get; init; }

    /// <summary>Called, outside the lock, when the last frame of the link, or its last words, have been written.</summary>
    public required Action LastWritten { get; init; }

    internal bool IsIdleLocked
    {
        get
        {
            Sync.AssertHeld();
            return _state == State.Idle;
        }
    }

    /// <inheritdoc cref="ControlQueue.MayWithdraw"/>
    internal bool MayWithdrawLocked
    {
        get
        {
            Sync.AssertHeld();
            return _control.MayWithdraw;
        }
    }

    /// <summary>Waits for its connection; says when it is wanted first.</summary>
    public void DeferOpen(Action firstUse)
    {
        _state = State.Unopened;
        _firstUse = firstUse;
    }

    /// <summary>The connection is here.</summary>
    /// <param name="to">Where to write.</param>
    /// <param name="greeting">What goes first; null if the peer has it already.</param>
    public void Open(LinkOutput to, byte[]? greeting)
    {
        using (Sync.Enter())
        {
            _output = to;
            _firstUse = null;
            if (_state != State.Unopened)
                return;
            // The greeting is added before anything can be sent: a frame that was posted meanwhile, such as an Abort, must not overtake it.
            if (greeting is not null)
                _control.AddGreeting(greeting, isOver: false);
            _state = State.Idle;
            ScheduleIfWorkLocked();
        }
    }

    /// <summary>Somebody uses this end. Called without a lock; more often than once.</summary>
    public void EnsureOpen() => Volatile.Read(ref _firstUse)?.Invoke();

    /// <summary>Adds bytes of the greeting, which go before everything else.</summary>
    public void PostOpening(byte[] bytes, bool isOver)
    {
        using (Sync.Enter())
        {
            if (_state == State.Stopped)
                return;
            _control.AddGreeting(bytes, isOver);
            ScheduleLocked();
        }
    }

    /// <summary>Adds a control frame.</summary>
    public void Post(OutFrame frame)
    {
        using (Sync.Enter())
            PostLocked(frame);
    }

    /// <inheritdoc cref="Post"/>
    public void PostLocked(OutFrame frame)
    {
        Sync.AssertHeld();
        if (_state == State.Stopped)
            return;
        _control.Add(frame);
        ScheduleIfWorkLocked();
    }

    /// <summary>Adds a control frame and sends it on this thread, unless somebody sends already. Does not block.</summary>
    public void PostInline(OutFrame frame)
    {
        using (Sync.Enter())
        {
            if (_state == State.Stopped)
                return;
            _control.Add(frame);
        }
        SendInline(withFeedback: false);
    }

    /// <summary>Has the receiver's credit sent, by the pool.</summary>
    public void ScheduleFeedback()
    {
        using (Sync.Enter())
        {
            _isFeedbackDue = true;
            ScheduleLocked();
        }
    }

    /// <summary>Items were accepted while the outbox was idle: claims them for this thread after a pause, else has the pool send them.</summary>
    /// <returns>Whether the caller must call <see cref="SendClaimed"/> once it has left the lock.</returns>
    public bool ClaimLocked()
    {
        Sync.AssertHeld();
        if (Stopwatch.GetTimestamp() - _idleSince < s_pauseTicks)
        {
            ScheduleLocked();
            return false;
        }
        _state = State.Sending;
        return true;
    }

    /// <summary>Leaves what was claimed to the pool.</summary>
    public void ReleaseClaimLocked()
    {
        Sync.AssertHeld();
        _state = State.Idle;
        ScheduleLocked();
    }

    /// <summary>Sends what <see cref="ClaimLocked"/> has claimed. Does not block.</summary>
    public void SendClaimed() => Send(maxWrites: 1, isOwnThread: false);

    /// <summary>Sends what is there on this thread, unless somebody does so already. Does not block.</summary>
    public void SendInline(bool withFeedback)
    {
        State before;
        using (Sync.Enter())
        {
            _isFeedbackDue |= withFeedback;
            before = _state;
            if (before is State.Idle or State.Scheduled)
            {
                if (!HasWorkLocked())
                {
                    // Nothing was written: the next item may still be the first after a pause, which its writer sends by itself.
                    _state = State.Idle;
                    return;
                }
                _state = State.Sending;
            }
        }
        if (before is State.Idle or State.Scheduled)
            Send(MaxInlineWrites, isOwnThread: false);
        else if (before == State.Unopened)
            EnsureOpen();
    }

    /// <summary>Has what is there sent by the pool, if nobody sends. Whoever adds work calls it with the lock held.</summary>
    public void ScheduleLocked()
    {
        Sync.AssertHeld();
        if (_state != State.Idle)
            return;
        _state = State.Scheduled;
        if (_isQueued)
            return;
        _isQueued = true;
        scheduler.Queue(this);
    }

    /// <summary>As <see cref="ScheduleLocked"/>, where it is not certain that there is work.</summary>
    public void ScheduleIfWorkLocked()
    {
        if (HasWorkLocked())
            ScheduleLocked();
    }

    /// <summary>Drops everything but these words, which are the last that the peer hears.</summary>
    public void StopWith(byte[] lastWords)
    {
        using (Sync.Enter())
        {
            if (_state == State.Stopped)
                return;
            _control.ReplaceBy(lastWords);
            _isFeedbackDue = false;
            ScheduleLocked();
        }
    }

    /// <summary>Drops everything; nothing is written once the write that is under way has ended.</summary>
    public void Stop()
    {
        using (Sync.Enter())
        {
            _state = State.Stopped;
            _control.Clear();
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        using (Sync.Enter())
        {
            _isQueued = false;
            if (_state != State.Scheduled)
                return;
            _state = State.Sending;
        }
        Send(int.MaxValue, isOwnThread: true);
    }

    private bool HasWorkLocked()
    {
        Sync.AssertHeld();
        return _control.HasUrgent
            || (_control.IsOpen && (_isFeedbackDue || Sender.HasSendableLocked || (_control.HasAfterItems && !Sender.HasItemsLocked)));
    }

    /// <param name="maxWrites">After so many the pool goes on.</param>
    /// <param name="isOwnThread">Whether user code may run on this thread, which is the pool's and has nothing else to do.</param>
    /// <param name="wake">Whom a write that has just ended has to wake.</param>
    private void Send(int maxWrites, bool isOwnThread, WakeList wake = default)
    {
        try
        {
            for (int writes = 0; ; writes++)
            {
                // Feedback that became due during the last write is of the few items read meanwhile. More gathers while another process has the core, if one wants it.
                if (isOwnThread && writes > 0 && Volatile.Read(ref _isFeedbackDue))
                    Thread.Yield();
                if (!TryTakeNext(mayGoOn: writes < maxWrites, out ReadOnlyMemory<byte> bytes, ref wake, out Block? taken))
                    break;
                // Outside the lock, because a listener of the metrics is user code, and before the write, which gives the block back.
                if (taken is not null)
                {
                    ChannelMetrics.Sent(taken.Count, taken.PayloadBytes, Tags);
                    if (taken.QueuedMilliseconds is { } queued)
                        ChannelMetrics.Queued(queued / 1000.0, Tags);
                }
                wake.Wake(inline: false);
                StartWrite(bytes);
                if (!_write.IsCompleted)
                {
                    _write.GetAwaiter().UnsafeOnCompleted(_onWritten ??= OnWritten);
                    return;
                }
                EndWrite(ref wake);
            }
        }
        catch (Exception e)
        {
            Fail(e);
        }
        wake.Wake(isOwnThread && CallerThread.MayRunUserCode);
    }

    private void StartWrite(ReadOnlyMemory<byte> bytes)
    {
        _hasWritten = true;
        CallerThread.EnterWrite();
        try
        {
#pragma warning disable CA2012 // The sender awaits by hand, so that a write costs no allocation.
            _write = _output.WriteAsync(bytes);
#pragma warning restore CA2012
        }
        finally
        {
            CallerThread.LeaveWrite();
        }
    }

    private void OnWritten()
    {
        WakeList wake = default;
        try
        {
            EndWrite(ref wake);
        }
        catch (Exception e)
        {
            Fail(e);
            return;
        }
        Send(int.MaxValue, isOwnThread: true, wake);
    }

    private void EndWrite(ref WakeList wake)
    {
        ValueTask write = _write;
        _write = default;
#pragma warning disable VSTHRD002 // It is done.
        write.GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
        bool wasLast;
        using (Sync.Enter())
        {
            // Of a large item only the header is out; the item itself follows, unless the link has ended meanwhile.
            bool isWhole = _rest.IsEmpty;
            if (!isWhole && _state != State.Stopped)
                return;
            _rest = default;
            if (_block?.LargeWriter is { } writer)
            {
                writer.Decide(isWhole, isWhole ? null : LostLocked(null));
                wake.Add(writer);
            }
            FreeWrittenLocked();
            wasLast = _control.AreLastWordsSaid || (_control.IsGoodbyeSaid && !_isGoodbyeWritten);
            _isGoodbyeWritten = _control.IsGoodbyeSaid;
            if (_control.AreLastWordsSaid)
                _state = State.Stopped;
        }
        if (wasLast)
            LastWritten();
    }

    private void Fail(Exception e)
    {
        WakeList wake = default;
        using (Sync.Enter())
        {
            _state = State.Stopped;
            _rest = default;
            if (_block?.LargeWriter is { } writer)
            {
                writer.Decide(false, LostLocked(e));
                wake.Add(writer);
            }
            FreeWrittenLocked();
        }
        if (Sender.Closure is not { IsExit: true })
            wake.Wake(inline: false);
        Failed(e);
    }

    /// <summary>What the writer of a large item gets that was not written whole.</summary>
    private Exception LostLocked(Exception? e)
    {
        Sync.AssertHeld();
        return Sender.Closure is { Error: not null } closure
            ? closure.ForItem()
            : Closure.Closed(new ConnectionLostException($"The connection broke: {(e is null ? "it was closed" : PeerText.MessageOf(e))}", e));
    }

    private void FreeWrittenLocked()
    {
        Sync.AssertHeld();
        if (_block is { } block)
        {
            _block = null;
            Sender.ReturnBlockLocked(block);
        }
        _control.Free();
    }

    /// <summary>Takes what is to be written next, or leaves the sending state.</summary>
    /// <param name="mayGoOn">False hands over to the pool.</param>
    /// <param name="bytes">What is to be written.</param>
    /// <param name="wake">Gets the writers that find room again.</param>
    /// <param name="taken">The block that begins with these bytes, if one does.</param>
    private bool TryTakeNext(bool mayGoOn, out ReadOnlyMemory<byte> bytes, ref WakeList wake, out Block? taken)
    {
        bytes = _rest;
        taken = null;
        // The rest of a block follows its start before anything else. Only the thread that sends touches it.
        if (!bytes.IsEmpty)
        {
            _rest = default;
            return true;
        }
        using (Sync.Enter())
        {
            if (_state == State.Stopped)
                return false;
            if (!mayGoOn)
            {
                GoIdleLocked();
                ScheduleIfWorkLocked();
                return false;
            }
            if (_control.TryTakeAlone(withFrames: !_isFeedbackDue, out bytes))
                return true;
            if (_control.IsOpen)
            {
                int control = WriteSmallLocked();
                taken = _block = Sender.TakeBlockLocked(ref wake);
                if (_block is not null)
                {
                    bytes = _block.Seal(_small.AsSpan(0, control));
                    _rest = _block.Large;
                    return true;
                }
                if (control > 0)
                {
                    bytes = _small.AsMemory(0, control);
                    return true;
                }
                // What was due, such as settled leases, is out: now the frame may go that closes the reader.
                if (_control.TryTakeAlone(withFrames: true, out bytes))
                    return true;
                if (!Sender.HasItemsLocked && _control.TryTakeAfterItems(out bytes))
                    return true;
            }
            GoIdleLocked();
            return false;
        }
    }

    private void GoIdleLocked()
    {
        Sync.AssertHeld();
        _state = State.Idle;
        // Only a write makes the next item one of a stream, so that polling and parking change nothing.
        if (_hasWritten)
            _idleSince = Stopwatch.GetTimestamp();
        _hasWritten = false;
    }

    /// <summary>Writes small frames, among them credit, which travels with items at no cost.</summary>
    private int WriteSmallLocked()
    {
        Sync.AssertHeld();
        bool isDue = _isFeedbackDue;
        _isFeedbackDue = false;
        // Feedback travels with items at no cost; the receiver's lock is entered only where it has some.
        int length = 0;
        if (isDue || (Receiver.HasFeedback && Sender.HasSendableLocked))
            length = Receiver.WriteFeedback(_small.AsSpan(0, ReceivingHalf.MaxFeedbackBytes), out _isFeedbackDue);
        return length + _control.WriteSmall(_small.AsSpan(length));
    }
}
