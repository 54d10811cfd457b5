using CrossChannels.Links;

namespace CrossChannels.Hub;

/// <summary>Where a queued channel is on its way to its end: open; decided, while writers send what they had accepted; sealed, while readers drain it; over.</summary>
/// <remarks>Changed under the channel's lock; the closures and tasks are read without it.</remarks>
internal sealed class ChannelLifecycle
{
    private readonly TaskCompletionSource _sealed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private EndingTask _ended;
    private Closure? _writerClosure;
    private Closure? _readerClosure;

    /// <summary>Why nothing more is accepted; null while something is.</summary>
    public Closure? WriterClosure => Volatile.Read(ref _writerClosure);

    /// <summary>Done when nothing more is accepted; never faults.</summary>
    public Task<Ending> Ended => _ended.WaitAsync(() => WriterClosure);

    /// <summary>Why the channel is over for readers, once nothing is left anywhere.</summary>
    public Closure? ReaderClosure => Volatile.Read(ref _readerClosure);

    public bool IsDecided => WriterClosure is not null;

    /// <summary>No more items will come.</summary>
    public bool IsSealed { get; private set; }

    public bool IsOver => ReaderClosure is not null;

    /// <summary>Done when no more items will come.</summary>
    public Task Sealed => _sealed.Task;

    /// <summary>Done when the channel is over.</summary>
    public Task Over => _over.Task;

    /// <summary>It is decided that, and how, the channel ends: nothing more is accepted.</summary>
    public void Decide(Closure closure)
    {
        Volatile.Write(ref _writerClosure, closure);
        // Continuations of this task never run on the thread that sets it.
        _ended.Set(closure);
    }

    /// <summary>Every writer has sent what it had accepted, or is gone.</summary>
    public void Seal(ref HubAfterLock after)
    {
        IsSealed = true;
        after.Do(() => _sealed.TrySetResult());
    }

    /// <summary>Nothing is left that could come back.</summary>
    public void End(Closure closure, ref HubAfterLock after)
    {
        Volatile.Write(ref _readerClosure, closure);
        after.Do(() => _over.TrySetResult());
    }
}
