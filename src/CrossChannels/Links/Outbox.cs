using System.Buffers;
using CrossChannels.Protocol;

namespace CrossChannels.Links;

/// <summary>Everything that goes to the peer: control frames, and the blocks of the item sender; one write at a time.</summary>
/// <remarks>
/// Items gather while a write is under way. Whoever adds to an idle outbox has it sent by the pool; a caller that is about to wait
/// sends by itself, so that the common exchange costs no hand-over between threads.
/// </remarks>
internal sealed class Outbox(LinkOutput output, WorkScheduler scheduler) : IThreadPoolWorkItem
{
    /// <summary>After so many writes a caller that sends by itself hands over to the pool, so that others cannot hold it.</summary>
    private const int MaxInlineWrites = 2;

    /// <summary>A peer that does not read gets no more answers to its pings than this queued.</summary>
    private const int MaxWaitingPongs = 64;

    private readonly Queue<byte[]> _opening = new(1);
    private readonly Queue<OutFrame> _frames = new(0);
    private readonly Queue<OutFrame> _framesAfterItems = new(0);
    private readonly byte[] _control = new byte[Block.ControlRoom];
    private Action? _onWritten;
    private ValueTask _write;
    private Block? _block;
    private byte[]? _rented;
    private State _state;
    private bool _isQueued;
    private bool _isCreditDue;
    private bool _isLastInWrite;
    private bool _isOpen;
    private bool _hasLastWords;
    private byte[]? _lastWords;

    private enum State
    {
        Idle,

        /// <summary>The pool, or a caller that is faster, will send.</summary>
        Scheduled,

        /// <summary>Somebody sends.</summary>
        Sending,
        Stopped,
    }

    /// <summary>Guards this outbox and the item sender. Taken before the item receiver's lock where both are needed.</summary>
    public Lock Sync { get; } = new();

    /// <summary>Where items come from; set once, before the greeting is posted.</summary>
    public ItemSender Sender { get; set; } = null!;

    /// <summary>Where credit comes from; set once, before the greeting is posted.</summary>
    public ItemReceiver Receiver { get; set; } = null!;

    /// <summary>Called, outside the lock, when a write has failed.</summary>
    public required Action<Exception> Failed { get; init; }

    /// <summary>Called, outside the lock, when the last frame of the link, or its last words, have been written.</summary>
    public required Action LastWritten { get; init; }

    internal bool IsIdleLocked => _state == State.Idle;

    /// <summary>Adds bytes of the greeting, which go before everything else.</summary>
    public void PostOpening(byte[] bytes, bool isOver)
    {
        lock (Sync)
        {
            if (_state == State.Stopped)
                return;
            _opening.Enqueue(bytes);
            _isOpen |= isOver;
            ScheduleLocked();
        }
    }

    /// <summary>Adds a control frame.</summary>
    public void Post(OutFrame frame)
    {
        lock (Sync)
        {
            if (_state == State.Stopped || _hasLastWords || (frame.Type == FrameType.Pong && _frames.Count >= MaxWaitingPongs))
                return;
            (frame.IsAfterItems ? _framesAfterItems : _frames).Enqueue(frame);
            ScheduleIfWorkLocked();
        }
    }

    /// <summary>Has the receiver's credit sent, by the pool.</summary>
    public void PostCredit()
    {
        lock (Sync)
        {
            _isCreditDue = true;
            ScheduleLocked();
        }
    }

    /// <summary>Sends what is there on this thread, unless somebody does so already. Does not block.</summary>
    public void SendInline(bool withCredit)
    {
        lock (Sync)
        {
            _isCreditDue |= withCredit;
            if (_state is not (State.Idle or State.Scheduled))
                return;
            if (!HasWorkLocked())
            {
                _state = State.Idle;
                return;
            }
            _state = State.Sending;
        }
        Send(MaxInlineWrites);
    }

    /// <summary>Drops everything but the greeting, without which they mean nothing, and these words, the last that the peer hears.</summary>
    public void StopWith(byte[] lastWords)
    {
        lock (Sync)
        {
            if (_state == State.Stopped)
                return;
            ClearFramesLocked();
            _lastWords = lastWords;
            _hasLastWords = true;
            ScheduleLocked();
        }
    }

    /// <summary>Drops everything; nothing is written any more once a write that is under way has ended.</summary>
    public void Stop()
    {
        lock (Sync)
        {
            bool isSending = _state == State.Sending;
            _state = State.Stopped;
            _opening.Clear();
            ClearFramesLocked();
            if (!isSending)
                FreeWritten();
        }
    }

    private void ClearFramesLocked()
    {
        _frames.Clear();
        _framesAfterItems.Clear();
        _isCreditDue = false;
    }

    /// <summary>Must be called with the lock held, by whoever has added work.</summary>
    public void ScheduleLocked()
    {
        if (_state != State.Idle)
            return;
        _state = State.Scheduled;
        if (_isQueued)
            return;
        _isQueued = true;
        scheduler.Queue(this);
    }

    void IThreadPoolWorkItem.Execute()
    {
        lock (Sync)
        {
            _isQueued = false;
            if (_state != State.Scheduled)
                return;
            _state = State.Sending;
        }
        Send(int.MaxValue);
    }

    private void ScheduleIfWorkLocked()
    {
        if (HasWorkLocked())
            ScheduleLocked();
    }

    private bool HasWorkLocked() => _lastWords is not null || _opening.Count > 0 || (_isOpen && HasFramesLocked());

    private bool HasFramesLocked() =>
        _isCreditDue || _frames.Count > 0 || Sender.HasSendableLocked || (_framesAfterItems.Count > 0 && !Sender.HasItemsLocked);

    private void Send(int maxWrites)
    {
        try
        {
            for (int writes = 0; ; writes++)
            {
                if (!TryTakeNext(mayGoOn: writes < maxWrites, out ReadOnlyMemory<byte> bytes, out WakeList wake))
                {
                    wake.Wake(inline: false);
                    return;
                }
                wake.Wake(inline: false);
#pragma warning disable CA2012 // The sender awaits by hand, so that a write costs no allocation.
                _write = output.WriteAsync(bytes);
#pragma warning restore CA2012
                if (!_write.IsCompleted)
                {
                    _write.GetAwaiter().UnsafeOnCompleted(_onWritten ??= OnWritten);
                    return;
                }
                EndWrite();
            }
        }
        catch (Exception e)
        {
            Fail(e);
        }
    }

    private void OnWritten()
    {
        try
        {
            EndWrite();
        }
        catch (Exception e)
        {
            Fail(e);
            return;
        }
        Send(int.MaxValue);
    }

    private void EndWrite()
    {
        ValueTask write = _write;
        _write = default;
#pragma warning disable VSTHRD002 // It is done.
        write.GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
        bool wasLast;
        lock (Sync)
        {
            FreeWritten();
            wasLast = _isLastInWrite;
            _isLastInWrite = false;
        }
        if (wasLast)
            LastWritten();
    }

    private void Fail(Exception e)
    {
        lock (Sync)
        {
            _state = State.Stopped;
            FreeWritten();
        }
        Failed(e);
    }

    private void FreeWritten()
    {
        _block?.Free();
        _block = null;
        if (_rented is { } rented)
        {
            _rented = null;
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>Takes what is to be written next, or leaves the sending state.</summary>
    private bool TryTakeNext(bool mayGoOn, out ReadOnlyMemory<byte> bytes, out WakeList wake)
    {
        bytes = default;
        wake = default;
        lock (Sync)
        {
            if (_state == State.Stopped)
            {
                FreeWritten();
                return false;
            }
            if (!mayGoOn)
            {
                _state = State.Idle;
                ScheduleIfWorkLocked();
                return false;
            }

            if (_opening.TryDequeue(out byte[]? opening))
            {
                bytes = opening;
                return true;
            }
            if (_lastWords is { } lastWords)
            {
                _lastWords = null;
                _isLastInWrite = true;
                bytes = lastWords;
                return true;
            }
            if (!_isOpen)
            {
                _state = State.Idle;
                return false;
            }
            if (_frames.TryPeek(out OutFrame frame) && !frame.IsSmall)
            {
                bytes = WriteAlone(_frames.Dequeue());
                return true;
            }
            int control = WriteControl();
            _block = Sender.TakeBlockLocked(ref wake);
            if (_block is not null)
            {
                bytes = _block.Seal(_control.AsSpan(0, control));
                return true;
            }
            if (control > 0)
            {
                bytes = _control.AsMemory(0, control);
                return true;
            }
            if (!Sender.HasItemsLocked && _framesAfterItems.TryDequeue(out OutFrame last))
            {
                _isLastInWrite = last.Type == FrameType.Goodbye;
                bytes = WriteAlone(last);
                return true;
            }
            _state = State.Idle;
            return false;
        }
    }

    private int WriteControl()
    {
        int length = 0;
        if (_isCreditDue)
        {
            _isCreditDue = false;
            (long items, long credit) = Receiver.Grant();
            length += new CreditFrame(items, credit).Write(_control);
        }
        while (length + CounterFrame.Size <= _control.Length && _frames.TryPeek(out OutFrame frame) && frame.IsSmall)
            length += _frames.Dequeue().Write(_control.AsSpan(length));
        return length;
    }

    private ReadOnlyMemory<byte> WriteAlone(OutFrame frame)
    {
        _rented = ArrayPool<byte>.Shared.Rent(OutFrame.MaxSize);
        return _rented.AsMemory(0, frame.Write(_rented));
    }
}
