using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CrossChannels.Links;
using CrossChannels.Threading;

namespace CrossChannels.Hub;

/// <summary>The owner's writes to a channel: synchronous, under the channel's lock.</summary>
internal sealed class OwnerWrites
{
    private readonly QueueChannel _channel;
    private readonly RankedLock _sync;
    private readonly WaiterQueue _blocked = new();
    private readonly WaiterQueue _waiting = new();
    private readonly WaiterPool _blockedPool = new();
    private readonly WaiterPool _waitingPool = new();
    private ItemLimit _limit;

    public OwnerWrites(QueueChannel channel)
    {
        _channel = channel;
        _sync = channel.Sync;
        _limit = new ItemLimit(channel.MaxItemBytes);
    }

    public int Waiting => _blocked.Count + _waiting.Count;

    private bool HasRoomLocked => _channel.WriterClosure is null && _blocked.IsEmpty && IsRoomLocked;

    private bool IsRoomLocked => !_channel.Bytes.IsFull && _channel.Writers.HasOwnersSlot;

    /// <summary>Accepts one item of a plain fixed size.</summary>
    public bool TryAccept<TItem>(TItem item)
    {
        HubAfterLock duties = default;
        bool isAccepted;
        using (_sync.Enter())
        {
            isAccepted = HasRoomLocked;
            if (isAccepted)
                AppendLocked(MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<TItem, byte>(ref item), Unsafe.SizeOf<TItem>()), isNull: false, ref duties);
            else
                RefusedLocked(ref duties);
        }
        duties.Run(_channel);
        return isAccepted;
    }

    /// <summary>Accepts one serialized item.</summary>
    /// <exception cref="ItemTooLargeException">No reader will ever take it.</exception>
    public bool TryAccept(ReadOnlySpan<byte> item, bool isNull)
    {
        HubAfterLock duties = default;
        bool isAccepted;
        using (_sync.Enter())
        {
            if (_channel.WriterClosure is not null)
                return false;
            if (_limit.Check(item.Length) is { } error)
                throw error;
            isAccepted = HasRoomLocked;
            if (isAccepted)
                AppendLocked(item, isNull, ref duties);
            else
                RefusedLocked(ref duties);
        }
        duties.Run(_channel);
        return isAccepted;
    }

    /// <summary>Whether it is worth while to serialize an item; a hint.</summary>
    public bool MayAccept
    {
        get
        {
            HubAfterLock duties = default;
            using (_sync.Enter())
            {
                if (HasRoomLocked)
                    return true;
                RefusedLocked(ref duties);
            }
            duties.Run(_channel);
            return false;
        }
    }

    /// <summary>Accepts one serialized item, or waits until there is room.</summary>
    public ValueTask AcceptAsync(ReadOnlySpan<byte> item, bool isNull, CancellationToken cancellationToken)
    {
        HubAfterLock duties = default;
        WriteWaiter? waiter = null;
        short version = 0;
        using (_sync.Enter())
        {
            if (_channel.WriterClosure is { } closure)
                return ValueTask.FromException(closure.ForItem());
            if (_limit.Check(item.Length) is { } error)
                return ValueTask.FromException(error);
            if (HasRoomLocked)
            {
                AppendLocked(item, isNull, ref duties);
            }
            else
            {
                waiter = (WriteWaiter?)_blockedPool.TryTake() ?? new WriteWaiter(_sync, _blockedPool);
                waiter.SetItem(item, isNull);
                _blocked.Enqueue(waiter);
                version = waiter.Version;
                _channel.Writers.OwnerWants(isWaiting: true, ref duties);
            }
        }
        duties.Run(_channel);
        if (waiter is null)
            return default;
        waiter.Watch(cancellationToken);
        return new ValueTask(waiter, version);
    }

    /// <summary>Waits until there may be room.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        HubAfterLock duties = default;
        Waiter waiter;
        short version;
        using (_sync.Enter())
        {
            if (_channel.WriterClosure is { } closure)
                return closure.Error is { } error ? ValueTask.FromException<bool>(error) : new ValueTask<bool>(false);
            if (HasRoomLocked)
                return new ValueTask<bool>(true);
            waiter = _waitingPool.TryTake() ?? new Waiter(_sync, _waitingPool);
            _waiting.Enqueue(waiter);
            version = waiter.Version;
            _channel.Writers.OwnerWants(isWaiting: true, ref duties);
        }
        duties.Run(_channel);
        waiter.Watch(cancellationToken);
        return new ValueTask<bool>(waiter, version);
    }

    /// <summary>Takes items that were delivered too often elsewhere; there is always room.</summary>
    /// <param name="payload">The items.</param>
    /// <param name="count">How many.</param>
    /// <param name="duties">What the caller has to do outside every lock.</param>
    /// <returns>False if the channel is over, and nobody will read them.</returns>
    public bool TryBury(ReadOnlySpan<byte> payload, int count, out HubAfterLock duties)
    {
        duties = default;
        using (_sync.Enter())
        {
            if (_channel.IsOver)
                return false;
            _channel.KnowContractLocked();
            _channel.Queue.Append(payload, count);
            _channel.Slots.Occupy(count);
            _channel.Bytes.ChargeLocked(payload.Length, ref duties);
            _channel.DeliverLocked(ref duties);
            return true;
        }
    }

    /// <summary>Waits until every item that is in the channel now is processed.</summary>
    public async ValueTask JoinAsync(CancellationToken cancellationToken)
    {
        HubAfterLock duties = default;
        var joined = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Action<Exception?> done = error =>
        {
            if (error is null)
                joined.TrySetResult();
            else
                joined.TrySetException(error);
        };
        using (_sync.Enter())
            _channel.AddJoinLocked(done, ref duties);
        duties.Run(_channel);
        try
        {
            await joined.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            using (_sync.Enter())
                _channel.RemoveJoinLocked(done);
            throw;
        }
    }

    /// <summary>There may be room: lets a blocked write in, or wakes those that wait for room.</summary>
    internal OwnerAdmission AdmitLocked(ref HubAfterLock duties)
    {
        if (_blocked.IsEmpty && _waiting.IsEmpty)
            return OwnerAdmission.NobodyThere;
        while (_blocked.First is WriteWaiter first && IsRoomLocked)
        {
            _blocked.Dequeue();
            AppendLocked(first.Item, first.IsNull, ref duties);
            first.Decide(true);
            duties.Wake.Add(first);
        }
        // Those that wait for room are woken only for room that no blocked write took.
        if (!_blocked.IsEmpty || (!_waiting.IsEmpty && !IsRoomLocked))
            return OwnerAdmission.MoreWaiting;
        _waiting.DecideAll(ref duties.Wake, true);
        return OwnerAdmission.Served;
    }

    internal void CloseLocked(Closure closure, ref HubAfterLock duties)
    {
        _blocked.DecideAll(ref duties.Wake, false, closure.ForItem());
        _waiting.DecideAll(ref duties.Wake, false, closure.Error);
    }

    private void RefusedLocked(ref HubAfterLock duties)
    {
        if (_channel.WriterClosure is null)
            _channel.Writers.OwnerWants(isWaiting: false, ref duties);
    }

    private void AppendLocked(ReadOnlySpan<byte> item, bool isNull, ref HubAfterLock duties)
    {
        _channel.Writers.TakeOwnersSlot();
        int bytes = _channel.Queue.AppendItem(item, isNull);
        _channel.Bytes.ChargeLocked(bytes, ref duties);
        _channel.DeliverLocked(ref duties);
    }
}
