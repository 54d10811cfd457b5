using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CrossChannels.Diagnostics;
using CrossChannels.Links;
using CrossChannels.Threading;

namespace CrossChannels.Hub;

/// <summary>The owner's writes to a channel: synchronous, under the channel's lock.</summary>
internal sealed class OwnerWrites(
    RankedLock sync, HubClock clock, int maxItemBytes, HubQueue queue, CreditAllocator writers, ChannelBytes bytes, ChannelLifecycle lifecycle, IQueueEvents events)
{
    private readonly WaiterQueue _blocked = new() { Canceled = writers.OwnerCanceled };
    private readonly WaiterQueue _waiting = new() { Canceled = writers.OwnerCanceled };
    private readonly WaiterPool _blockedPool = new();
    private readonly WaiterPool _waitingPool = new();
    private ItemLimit _limit = new(maxItemBytes);

    public int Waiting => _blocked.Count + _waiting.Count;

    private bool HasRoomLocked => lifecycle.WriterClosure is null && _blocked.IsEmpty && IsRoomLocked;

    private bool IsRoomLocked => !bytes.IsFull && writers.HasOwnersSlot;

    /// <summary>Accepts one item of a plain fixed size.</summary>
    public bool TryAccept<TItem>(TItem item)
    {
        HubAfterLock after = default;
        bool isAccepted;
        clock.Refresh();
        try
        {
            using (sync.Enter())
            {
                isAccepted = HasRoomLocked;
                if (isAccepted)
                    AppendLocked(MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<TItem, byte>(ref item), Unsafe.SizeOf<TItem>()), isNull: false, ChannelTracing.Current, ref after);
                else
                    RefusedLocked(ref after);
            }
        }
        finally
        {
            events.Run(ref after);
        }
        return isAccepted;
    }

    /// <summary>Accepts one serialized item.</summary>
    /// <exception cref="ItemTooLargeException">No reader will ever take it.</exception>
    public bool TryAccept(ReadOnlySpan<byte> item, bool isNull)
    {
        HubAfterLock after = default;
        bool isAccepted;
        clock.Refresh();
        try
        {
            using (sync.Enter())
            {
                if (lifecycle.WriterClosure is not null)
                    return false;
                if (_limit.Check(item.Length) is { } error)
                    throw error;
                isAccepted = HasRoomLocked;
                if (isAccepted)
                    AppendLocked(item, isNull, ChannelTracing.Current, ref after);
                else
                    RefusedLocked(ref after);
            }
        }
        finally
        {
            events.Run(ref after);
        }
        return isAccepted;
    }

    /// <summary>Whether it is worth while to serialize an item; a hint.</summary>
    public bool MayAccept
    {
        get
        {
            HubAfterLock after = default;
            clock.Refresh();
            try
            {
                using (sync.Enter())
                {
                    if (HasRoomLocked)
                        return true;
                    RefusedLocked(ref after);
                }
            }
            finally
            {
                events.Run(ref after);
            }
            return false;
        }
    }

    /// <summary>Accepts one serialized item, or waits until there is room.</summary>
    public ValueTask AcceptAsync(ReadOnlySpan<byte> item, bool isNull, CancellationToken cancellationToken)
    {
        HubAfterLock after = default;
        WriteWaiter? waiter = null;
        short version = 0;
        clock.Refresh();
        try
        {
            using (sync.Enter())
            {
                if (lifecycle.WriterClosure is { } closure)
                    return closure.FailWriteAsync();
                if (_limit.Check(item.Length) is { } error)
                    return ValueTask.FromException(error);
                if (HasRoomLocked)
                {
                    AppendLocked(item, isNull, ChannelTracing.Current, ref after);
                }
                else
                {
                    waiter = (WriteWaiter?)_blockedPool.TryTake() ?? new WriteWaiter(sync, _blockedPool);
                    waiter.SetItem(item, isNull);
                    waiter.Trace = ChannelTracing.Current;
                    _blocked.Enqueue(waiter);
                    version = waiter.Version;
                    writers.OwnerWants(isWaiting: true, ref after);
                }
            }
        }
        finally
        {
            events.Run(ref after);
        }
        if (waiter is null)
            return default;
        waiter.Watch(cancellationToken);
        return new ValueTask(waiter, version);
    }

    /// <summary>Waits until there may be room.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        HubAfterLock after = default;
        Waiter waiter;
        short version;
        clock.Refresh();
        try
        {
            using (sync.Enter())
            {
                if (lifecycle.WriterClosure is { } closure)
                    return closure.EndWaitAsync();
                if (HasRoomLocked)
                    return new ValueTask<bool>(true);
                waiter = _waitingPool.TryTake() ?? new Waiter(sync, _waitingPool);
                _waiting.Enqueue(waiter);
                version = waiter.Version;
                writers.OwnerWants(isWaiting: true, ref after);
            }
        }
        finally
        {
            events.Run(ref after);
        }
        waiter.Watch(cancellationToken);
        return new ValueTask<bool>(waiter, version);
    }

    /// <summary>Waits until every item that is in the channel now is processed.</summary>
    public async ValueTask JoinAsync(CancellationToken cancellationToken)
    {
        HubAfterLock after = default;
        var joined = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Action<Exception?> done = error =>
        {
            if (error is null)
                joined.TrySetResult();
            else if (lifecycle.WriterClosure is not { IsExit: true })
                joined.TrySetException(error);
        };
        try
        {
            using (sync.Enter())
                events.AddJoin(done, ref after);
        }
        finally
        {
            events.Run(ref after);
        }
        try
        {
            await joined.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            using (sync.Enter())
                events.RemoveJoin(done);
            throw;
        }
    }

    /// <summary>There may be room: lets a blocked write in, or wakes those that wait for room.</summary>
    internal OwnerAdmission AdmitLocked(ref HubAfterLock after)
    {
        sync.AssertHeld();
        if (_blocked.IsEmpty && _waiting.IsEmpty)
            return OwnerAdmission.NobodyThere;
        while (_blocked.First is WriteWaiter first && IsRoomLocked)
        {
            _blocked.Dequeue();
            AppendLocked(first.Item, first.IsNull, first.Trace, ref after);
            first.Decide(true);
            after.Wake.Add(first);
        }
        // Those that wait for room are woken only for room that no blocked write took.
        if (!_blocked.IsEmpty || (!_waiting.IsEmpty && !IsRoomLocked))
            return OwnerAdmission.MoreWaiting;
        _waiting.DecideAll(ref after.Wake, true);
        return OwnerAdmission.Served;
    }

    internal void CloseLocked(Closure closure, ref HubAfterLock after)
    {
        sync.AssertHeld();
        // A process that exits leaves its threads where they are.
        WakeList never = default;
        ref WakeList wake = ref closure.IsExit ? ref never : ref after.Wake;
        _blocked.DecideAll(ref wake, false, closure.ForItem());
        _waiting.DecideAll(ref wake, false, closure.Error);
    }

    private void RefusedLocked(ref HubAfterLock after)
    {
        sync.AssertHeld();
        if (lifecycle.WriterClosure is null)
            writers.OwnerWants(isWaiting: false, ref after);
    }

    private void AppendLocked(ReadOnlySpan<byte> item, bool isNull, in ActivityContext trace, ref HubAfterLock after)
    {
        sync.AssertHeld();
        writers.TakeOwnersSlot();
        events.OnOwnerWrote(queue.AppendItem(item, isNull, ItemTrace.Of(trace)), ref after);
    }
}
