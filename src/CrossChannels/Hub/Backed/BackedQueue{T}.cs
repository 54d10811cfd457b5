using System.Runtime.ExceptionServices;
using System.Threading.Channels;
using CrossChannels.Threading;

namespace CrossChannels.Hub;

/// <summary>The built-in channel that holds a channel's items, and what came back from remote readers that did not read it: that is read first, and is not dropped.</summary>
/// <remarks>
/// An item that comes back has to reach readers that the built-in channel keeps waiting, so that it goes through that channel. It goes alone, when nothing else
/// is there: it can neither overtake nor displace another. In an ordered channel it finds its place by itself.
/// </remarks>
internal sealed class BackedQueue<T> : ChannelReader<QueuedItem<T>>
{
    /// <summary>The queue in which this thread passes on what came back.</summary>
    [ThreadStatic]
    private static object? t_passing;

    [ThreadStatic]
    private static Exception? t_orderError;

    private readonly RankedLock _sync = new(LockRank.BackedQueue);
    private readonly SortedList<long, QueuedItem<T>> _returned = [];
    private readonly Channel<QueuedItem<T>> _items;
    private readonly Action<QueuedItem<T>> _dropped;
    private readonly Action<Exception> _comparerFailed;
    private readonly bool _isOrdered;
    private long _lastNumber;
    private int _returnedCount;
    private long _passes;
    private int _passing;

    /// <param name="options">As the user gave them.</param>
    /// <param name="dropped">Called with what a full channel drops.</param>
    /// <param name="comparerFailed">Called with what the order throws.</param>
    /// <exception cref="NotSupportedException">No built-in channel has such options for this type.</exception>
    public BackedQueue(ChannelOptions options, Action<QueuedItem<T>> dropped, Action<Exception> comparerFailed)
    {
        _dropped = dropped;
        _comparerFailed = comparerFailed;
        _isOrdered = options is UnboundedPrioritizedChannelOptions<T>;
        _items = options switch
        {
            BoundedChannelOptions bounded => Channel.CreateBounded<QueuedItem<T>>(bounded, OnDropped),
            UnboundedChannelOptions unbounded => Channel.CreateUnbounded<QueuedItem<T>>(unbounded),
            UnboundedPrioritizedChannelOptions<T> prioritized => Channel.CreateUnboundedPrioritized(new UnboundedPrioritizedChannelOptions<QueuedItem<T>>
            {
                Comparer = new ItemComparer(prioritized.Comparer ?? Comparer<T>.Default),
                SingleReader = prioritized.SingleReader,
                SingleWriter = prioritized.SingleWriter,
                AllowSynchronousContinuations = prioritized.AllowSynchronousContinuations,
            }),
            _ => throw new NotSupportedException($"A channel of {typeof(T)} cannot be made with {options.GetType()}."),
        };
    }

    public override Task Completion => _items.Reader.Completion;

    public override bool CanCount => _items.Reader.CanCount;

    public override bool CanPeek => _items.Reader.CanPeek;

    public override int Count => _items.Reader.Count + Volatile.Read(ref _returnedCount);

    /// <summary>Nothing is here, nor on its way to a reader of this process.</summary>
    public bool IsEmpty
    {
        get
        {
            long passes = Interlocked.Read(ref _passes);
            return Volatile.Read(ref _passing) == 0 && Count == 0 && Interlocked.Read(ref _passes) == passes;
        }
    }

    private bool HasReturned => Volatile.Read(ref _returnedCount) > 0;

    public override bool TryRead(out QueuedItem<T> item)
    {
        if (HasReturned && TryTakeReturned(out item))
            return true;
        bool isRead = _items.Reader.TryRead(out item);
        _ = OrderError();
        return isRead;
    }

    public override bool TryPeek(out QueuedItem<T> item)
    {
        if (HasReturned)
        {
            using (_sync.Enter())
            {
                if (_returned.Count > 0)
                {
                    item = _returned.GetValueAtIndex(0);
                    return true;
                }
            }
        }
        return _items.Reader.TryPeek(out item);
    }

    public override ValueTask<QueuedItem<T>> ReadAsync(CancellationToken cancellationToken = default)
    {
        ValueTask<QueuedItem<T>> read = _items.Reader.ReadAsync(cancellationToken);
        // What came back between the caller's look and its wait has not met it.
        PassOnIfAny();
        return read;
    }

    public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default)
    {
        if (HasReturned && !cancellationToken.IsCancellationRequested)
            return new ValueTask<bool>(true);
        ValueTask<bool> wait = _items.Reader.WaitToReadAsync(cancellationToken);
        PassOnIfAny();
        return wait;
    }

    /// <summary>Queues an item, which may drop another.</summary>
    /// <remarks>Throws what <c>dropped</c> throws, and what the comparer has thrown; the item is queued all the same.</remarks>
    public bool TryWrite(in QueuedItem<T> item)
    {
        bool isQueued = _items.Writer.TryWrite(item);
        if (OrderError() is { } error)
            ExceptionDispatchInfo.Throw(error);
        return isQueued;
    }

    public ValueTask WriteAsync(QueuedItem<T> item, CancellationToken cancellationToken) => _items.Writer.WriteAsync(item, cancellationToken);

    public ValueTask<bool> WaitToWriteAsync(CancellationToken cancellationToken) => _items.Writer.WaitToWriteAsync(cancellationToken);

    public bool TryComplete(Exception? error) => _items.Writer.TryComplete(error);

    /// <summary>An item is given to a remote reader, from which it may come back.</summary>
    public QueuedItem<T> Number(in QueuedItem<T> item) => item.Number > 0 ? item : item with { Number = Interlocked.Increment(ref _lastNumber) };

    /// <summary>A remote reader did not read it: it is read next, after those that were given away before it.</summary>
    /// <returns>False if the queue is complete.</returns>
    public bool TryReturn(in QueuedItem<T> item)
    {
        if (Completion.IsCompleted)
            return false;
        if (_isOrdered)
        {
            bool isQueued = _items.Writer.TryWrite(item);
            _ = OrderError();
            return isQueued;
        }
        Keep(item);
        PassOn();
        return true;
    }

    /// <summary>What the order has thrown on this thread. It was called under the built-in channel's lock, where nothing may be logged.</summary>
    private Exception? OrderError()
    {
        if (!_isOrdered || t_orderError is not { } error)
            return null;
        t_orderError = null;
        _comparerFailed(error);
        return error;
    }

    private void PassOnIfAny()
    {
        if (HasReturned || Volatile.Read(ref _passing) > 0)
            PassOn();
    }

    private void Keep(in QueuedItem<T> item)
    {
        QueuedItem<T> numbered = Number(item);
        using (_sync.Enter())
        {
            _returned.Add(numbered.Number, numbered);
            Volatile.Write(ref _returnedCount, _returned.Count);
        }
    }

    private bool TryTakeReturned(out QueuedItem<T> item)
    {
        item = default;
        using (_sync.Enter())
        {
            if (_returned.Count == 0)
                return false;
            item = _returned.GetValueAtIndex(0);
            _returned.RemoveAt(0);
            Volatile.Write(ref _returnedCount, _returned.Count);
            return true;
        }
    }

    /// <summary>Gives what came back to readers that wait in the built-in channel, which is empty then; what finds nobody is kept.</summary>
    /// <remarks>One thread at a time, and once more for each that came meanwhile: it may have begun to wait when an item was neither here nor there.</remarks>
    private void PassOn()
    {
        Interlocked.Increment(ref _passes);
        if (Interlocked.Increment(ref _passing) > 1)
            return;
        int seen;
        do
        {
            seen = Volatile.Read(ref _passing);
            PassOnWhileTaken();
        }
        while (Interlocked.Add(ref _passing, -seen) > 0);
    }

    private void PassOnWhileTaken()
    {
        while (_items.Reader.Count == 0 && TryTakeReturned(out QueuedItem<T> item))
        {
            bool isQueued = TryWriteKeeping(item);
            // Nobody waited for it: it goes back to where those are that come before it, and after it.
            if (isQueued && !_items.Reader.TryRead(out item))
                continue;
            Keep(item);
            return;
        }
    }

    /// <summary>Writes to the built-in channel, and keeps what it drops: another thread may have filled it meanwhile, and nothing is dropped for what came back.</summary>
    private bool TryWriteKeeping(in QueuedItem<T> item)
    {
        (object? before, t_passing) = (t_passing, this);
        try
        {
            return _items.Writer.TryWrite(item);
        }
        finally
        {
            t_passing = before;
        }
    }

    private void OnDropped(QueuedItem<T> item)
    {
        if (t_passing == this)
            Keep(item);
        else
            _dropped(item);
    }

    /// <summary>What could not be read comes first, so that somebody learns of it. Items whose order cannot be told are equal.</summary>
    /// <remarks>Nothing may leave it: the built-in queue would go on with an item doubled, and another lost.</remarks>
    private sealed class ItemComparer(IComparer<T> items) : IComparer<QueuedItem<T>>
    {
        public int Compare(QueuedItem<T> x, QueuedItem<T> y) => (x.Error is null, y.Error is null) switch
        {
            (true, true) => CompareItems(x.Item, y.Item),
            (bool isItem, bool isOtherItem) => isItem.CompareTo(isOtherItem),
        };

        private int CompareItems(T x, T y)
        {
            try
            {
                return items.Compare(x, y);
            }
            catch (Exception e)
            {
                t_orderError = e;
                return 0;
            }
        }
    }
}
