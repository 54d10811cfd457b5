using CrossChannels.Links;
using CrossChannels.Threading;

namespace CrossChannels.Nats.Sending;

/// <summary>An item that a writer has accepted.</summary>
internal readonly record struct AcceptedItem(byte[] Bytes, bool IsNull);

/// <summary>What a writer has accepted, and the server has not stored yet; who waits for room there, and who waits until it is stored.</summary>
/// <param name="sync">The writer's lock.</param>
/// <param name="most">How many items there may be.</param>
/// <param name="mostBytes">How many bytes.</param>
internal sealed class AcceptedItems(RankedLock sync, int most, long mostBytes)
{
    private readonly Queue<AcceptedItem> _items = new(0);
    private readonly WaiterQueue _blocked = new();
    private readonly WaiterQueue _waiting = new();
    private readonly WaiterPool _blockedPool = new();
    private readonly WaiterPool _waitingPool = new();
    private readonly List<(long Target, TaskCompletionSource Done)> _flushes = new(0);
    private long _accepted;
    private long _bytes;

    /// <summary>How many items the server has stored.</summary>
    public long Stored { get; private set; }

    public long UnstoredCount => _accepted - Stored;

    /// <summary>Another item may be accepted, and nobody waits to be first.</summary>
    public bool HasRoom => _blocked.IsEmpty && IsRoom;

    private bool IsRoom => _items.Count < most && _bytes < mostBytes;

    public void Add(ReadOnlySpan<byte> item, bool isNull)
    {
        sync.AssertHeld();
        _items.Enqueue(new AcceptedItem(item.ToArray(), isNull));
        _accepted++;
        _bytes += item.Length;
    }

    /// <summary>Puts an item in line, for which there is no room.</summary>
    public WriteWaiter Block(ReadOnlySpan<byte> item, bool isNull)
    {
        sync.AssertHeld();
        WriteWaiter waiter = (WriteWaiter?)_blockedPool.TryTake() ?? new WriteWaiter(sync, _blockedPool);
        waiter.SetItem(item, isNull);
        _blocked.Enqueue(waiter);
        return waiter;
    }

    /// <summary>Puts one in line that only waits until there is room.</summary>
    public Waiter Wait()
    {
        sync.AssertHeld();
        Waiter waiter = _waitingPool.TryTake() ?? new Waiter(sync, _waitingPool);
        _waiting.Enqueue(waiter);
        return waiter;
    }

    /// <summary>Nothing more is accepted, for whoever waits for that.</summary>
    public void EndWaits(Closure closure, ref WakeList wake)
    {
        sync.AssertHeld();
        _blocked.DecideAll(ref wake, false, closure.ForItem());
        _waiting.DecideAll(ref wake, false, closure.Error);
    }

    /// <summary>The first items that the server has not stored, which stay here until it has.</summary>
    public AcceptedItem[] First(int count)
    {
        sync.AssertHeld();
        var first = new AcceptedItem[Math.Min(count, _items.Count)];
        int i = 0;
        foreach (AcceptedItem item in _items)
        {
            if (i == first.Length)
                break;
            first[i++] = item;
        }
        return first;
    }

    /// <summary>The server has stored the first items, which makes room.</summary>
    /// <param name="count">How many.</param>
    /// <param name="isOpen">More is accepted.</param>
    /// <param name="wake">Who has got room.</param>
    /// <returns>Whose items are stored.</returns>
    public List<TaskCompletionSource>? Remove(int count, bool isOpen, ref WakeList wake)
    {
        sync.AssertHeld();
        for (int i = 0; i < count; i++)
            _bytes -= _items.Dequeue().Bytes.Length;
        Stored += count;
        while (isOpen && _blocked.First is WriteWaiter first && IsRoom)
        {
            _blocked.Dequeue();
            Add(first.Item, first.IsNull);
            first.Decide(true);
            wake.Add(first);
        }
        if (HasRoom)
            _waiting.DecideAll(ref wake, true);
        List<TaskCompletionSource>? stored = null;
        for (int i = _flushes.Count - 1; i >= 0; i--)
        {
            if (_flushes[i].Target > Stored)
                continue;
            (stored ??= []).Add(_flushes[i].Done);
            _flushes.RemoveAt(i);
        }
        return stored;
    }

    /// <summary>Done when everything is stored that is here now.</summary>
    public Task WhenStoredAsync()
    {
        sync.AssertHeld();
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _flushes.Add((_accepted, done));
        return done.Task;
    }

    /// <summary>Takes those who wait until it is stored.</summary>
    public TaskCompletionSource[] TakeWaitsForStored()
    {
        sync.AssertHeld();
        TaskCompletionSource[] taken = [.. _flushes.Select(static flush => flush.Done)];
        _flushes.Clear();
        return taken;
    }
}
