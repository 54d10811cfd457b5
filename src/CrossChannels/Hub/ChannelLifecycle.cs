using CrossChannels.Links;

namespace CrossChannels.Hub;

/// <summary>How a queued channel ends: open; decided, while writers send what they had accepted; sealed, while readers drain it; over. Guarded by the channel's lock.</summary>
internal sealed class ChannelLifecycle
{
    private readonly QueueChannel _channel;
    private readonly CompletionTracker _end;
    private readonly ITimer? _arrivalTimer;
    private readonly TaskCompletionSource _sealed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ChannelLifecycle(QueueChannel channel, CompletionPolicy policy)
    {
        _channel = channel;
        _end = new CompletionTracker(policy);
        if (policy.Rule == CompletionRule.LastWriter && policy.ArrivalTimeout != Timeout.InfiniteTimeSpan)
            _arrivalTimer = channel.Settings.Connection.TimeProvider.CreateTimer(static state => ((ChannelLifecycle)state!).OnArrivalLate(), this, policy.ArrivalTimeout, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Why nothing more is accepted; null while something is.</summary>
    public Closure? WriterClosure { get; private set; }

    /// <summary>Why the channel is over for readers, once nothing is left anywhere.</summary>
    public Closure? ReaderClosure { get; private set; }

    /// <summary>No more items will come.</summary>
    public bool IsSealed { get; private set; }

    /// <summary>Done when no more items will come.</summary>
    public Task Sealed => _sealed.Task;

    /// <summary>Done when the channel is over.</summary>
    public Task Over => _over.Task;

    private bool IsOver => ReaderClosure is not null;

    /// <summary>The owner completes the channel.</summary>
    public bool TryComplete(Exception? error)
    {
        HubAfterLock duties = default;
        using (_channel.Sync.Enter())
        {
            if (WriterClosure is not null || !_end.TryCompleteByOwner(error))
                return false;
            DecideLocked(ref duties);
        }
        duties.Run(_channel);
        return true;
    }

    /// <summary>Ends the channel at once; what is queued is dropped.</summary>
    public void Abort(string? reason)
    {
        HubAfterLock duties = default;
        using (_channel.Sync.Enter())
        {
            if (IsOver)
                return;
            var toWriters = new ReaderClosedException($"the owner of channel '{_channel.Name}'", reason);
            var toReaders = new LinkAbortedException($"The owner of channel '{_channel.Name}' ended it: {reason ?? "no reason given"}");
            foreach (ProducerPort port in _channel.Writers.Ports)
                duties.Do(() => _ = port.Link.CloseReaderAsync(reason));
            foreach (ConsumerPort port in _channel.Readers.Ports)
                duties.Do(() => port.Link.Abort(toReaders.Message));
            if (WriterClosure is null)
                CloseWriters(new Closure(new Ending(EndingKind.ReaderClosed, toWriters), toWriters), ref duties);
            _channel.DropLocked(toWriters, ref duties);
            EndReaders(new Closure(new Ending(EndingKind.Aborted, toReaders), toReaders), ref duties);
        }
        duties.Run(_channel);
    }

    /// <summary>A remote writer has greeted.</summary>
    public void WriterArrivedLocked() => _end.WriterArrived();

    /// <summary>A remote writer sends no more.</summary>
    public void WriterDoneLocked(ProducerPort port, EndingKind how, Exception? error, ref HubAfterLock duties)
    {
        _channel.Writers.Remove(port, ref duties);
        if (WriterClosure is null && port.HasArrived && _end.WriterDone(port.Link.PeerName, how, error))
            DecideLocked(ref duties);
        SealLocked(ref duties);
    }

    private void OnArrivalLate()
    {
        HubAfterLock duties = default;
        using (_channel.Sync.Enter())
        {
            if (WriterClosure is null && _end.ArrivalTimedOut())
                DecideLocked(ref duties);
        }
        duties.Run(_channel);
    }

    /// <summary>It is decided that, and how, the channel ends: nothing more is accepted, and writers are told.</summary>
    private void DecideLocked(ref HubAfterLock duties)
    {
        Exception? error = _end.Error;
        var closure = new Closure(new Ending(error is null ? EndingKind.Completed : EndingKind.Faulted, error), error);
        CloseWriters(closure, ref duties);
        foreach (ProducerPort port in _channel.Writers.Ports)
            EndWriter(port, closure, ref duties);
        _channel.Balancer.Closing();
        SealLocked(ref duties);
    }

    /// <summary>Tells a writer that nothing more is accepted.</summary>
    public static void EndWriter(ProducerPort port, Closure closure, ref HubAfterLock duties) =>
        duties.Do(() => port.Link.EndChannel(closure.Error));

    private void CloseWriters(Closure closure, ref HubAfterLock duties)
    {
        WriterClosure = closure;
        _arrivalTimer?.Dispose();
        _channel.Writers.Clear();
        _channel.OwnerWrites.CloseLocked(closure, ref duties);
    }

    private void SealLocked(ref HubAfterLock duties)
    {
        if (WriterClosure is null || _channel.Writers.Ports.Count > 0)
            return;
        IsSealed = true;
        duties.Do(() => _sealed.TrySetResult());
        CheckOverLocked(ref duties);
    }

    /// <summary>Readers learn of the end when nothing is left that could come back.</summary>
    public void CheckOverLocked(ref HubAfterLock duties)
    {
        if (!IsSealed || IsOver || !_channel.IsDrained)
            return;
        Closure closure = WriterClosure!;
        foreach (ConsumerPort port in _channel.Readers.Ports)
            duties.Do(() => port.Link.TryComplete(closure.Error));
        EndReaders(closure, ref duties);
    }

    private void EndReaders(Closure closure, ref HubAfterLock duties)
    {
        ReaderClosure = closure;
        _channel.Balancer.Stop();
        _channel.OwnerReads.EndLocked(closure, ref duties);
        duties.Do(() => _over.TrySetResult());
    }
}
