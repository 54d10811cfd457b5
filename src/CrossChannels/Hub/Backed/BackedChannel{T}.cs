using System.Threading.Channels;
using CrossChannels.Diagnostics;
using CrossChannels.Links;
using CrossChannels.Protocol;
using CrossChannels.Serialization;
using CrossChannels.Threading;

namespace CrossChannels.Hub;

/// <summary>A hub's channel that needs its owner's <typeparamref name="T"/>: it drops, it orders, or it is a rendezvous.</summary>
/// <remarks>
/// Its items are in a built-in channel, so that the owner's ends do what those do. One pump for each remote end moves items between that
/// and the link. A remote reader gets an item when one of its callers waits; from then on the item counts as read.
/// </remarks>
internal sealed class BackedChannel<T> : HubObject
{
    private readonly RankedLock _sync = new(LockRank.BackedChannel);
    private readonly Channel<QueuedItem<T>> _queue;
    private readonly Action<T>? _itemDropped;
    private readonly ItemCopier<T> _copier;
    private readonly BackedLinks _links;
    private readonly LinkPumps<T> _pumps;
    private readonly CompletionTracker _end;
    private readonly HubOptions _hub;
    private readonly HubDirectory _directory;
    private readonly CompletionPolicy _completion;
    private readonly long? _capacity;
    private readonly bool _isRendezvous;
    private readonly bool _isOrdered;
    private readonly ITimer? _arrivalTimer;
    private ITimer? _endTimer;
    private EndingTask _ended;
    private Closure? _closure;
    private bool _isClosed;

    /// <exception cref="NotSupportedException">The item type cannot cross, or has no such channel.</exception>
    /// <exception cref="ItemTooLargeException">Every item would be larger than the options allow.</exception>
    public BackedChannel(string name, ChannelOptions options, Action<T>? itemDropped, SharedChannelOptions sharing, ItemOptions<T> items, HubOptions hub, HubDirectory directory)
        : base(name)
    {
        _isRendezvous = options is BoundedChannelOptions { Capacity: 0 };
        _completion = sharing.Completion;
        _capacity = (options as BoundedChannelOptions)?.Capacity;
        _isOrdered = options is UnboundedPrioritizedChannelOptions<T>;
        _itemDropped = itemDropped;
        _hub = hub;
        _directory = directory;
        _queue = BackedQueue.Create<T>(options, OnDropped, e => Log.ComparerFailed(hub.Connection.Logger, name, e));
        _links = new BackedLinks(_sync, hub.Connection);
        _copier = new ItemCopier<T>(ItemCodec.Create(items), items.MaxItemBytes);
        _end = new CompletionTracker(sharing.Completion);
        _pumps = new LinkPumps<T>(this, _isRendezvous ? new UnboundedChannelOptions() : options, items, hub.Connection with { MaxUnreadBytes = sharing.MaxQueuedBytes });
        Reader = new BackedReader<T>(this, _queue.Reader);
        Writer = new BackedWriter<T>(this, _queue.Writer);
        if (sharing.Completion is { Rule: CompletionRule.LastWriter } policy && policy.ArrivalTimeout != Timeout.InfiniteTimeSpan)
            _arrivalTimer = hub.Connection.TimeProvider.CreateTimer(static state => ((BackedChannel<T>)state!).OnArrivalLate(), this, policy.ArrivalTimeout, Timeout.InfiniteTimeSpan);
    }

    public CrossChannelReader<T> Reader { get; }

    public CrossChannelWriter<T> Writer { get; }

    /// <summary>Counts items until they are read or dropped.</summary>
    public JoinCounter Joins { get; } = new();

    /// <summary>Why nothing more is accepted of the owner; null while something is.</summary>
    public Closure? Closure => Volatile.Read(ref _closure);

    /// <summary>Done when nothing more is accepted; never faults.</summary>
    public Task<Ending> Ended => _ended.WaitAsync(() => Closure);

    public ItemCodec<T> Codec => _copier.Codec;

    public ChannelReader<QueuedItem<T>> Queue => _queue.Reader;

    public override ReasonCode WhyNotCode => _isRendezvous ? ReasonCode.NotSupported : ReasonCode.Given;

    /// <summary>Whether the channel drops, orders, or is a rendezvous, which a queue of bytes cannot do.</summary>
    public static bool IsNeededFor(ChannelOptions options) =>
        options is BoundedChannelOptions { Capacity: 0 } or BoundedChannelOptions { FullMode: not BoundedChannelFullMode.Wait } or UnboundedPrioritizedChannelOptions<T>;

    /// <summary>Makes a channel and gives it a place in the hub.</summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    /// <exception cref="NotSupportedException">The item type cannot cross, or has no such channel.</exception>
    public static BackedChannel<T> Create(
        string name, ChannelOptions options, Action<T>? itemDropped, SharedChannelOptions sharing, ItemOptions<T> items, HubOptions hub, HubDirectory directory)
    {
        var channel = new BackedChannel<T>(name, options, itemDropped, sharing, items, hub, directory);
        try
        {
            directory.Add(channel);
        }
        catch
        {
            channel._arrivalTimer?.Dispose();
            throw;
        }
        return channel;
    }

    public override bool Serves(LinkRole role) => !_isRendezvous && role is (LinkRole.Writer or LinkRole.Reader);

    public override string WhyNot(LinkRole role) => _isRendezvous
        ? $"Channel '{Name}' has capacity 0, and a rendezvous (capacity 0) works within one process only; across processes the least capacity is 1."
        : $"Channel '{Name}' has no leases: open it with OpenReaderAsync or OpenWriterAsync.";

    public override ChannelStatus GetStatus()
    {
        using (_sync.Enter())
        {
            return new ChannelStatus(Name)
            {
                Depth = _queue.Reader.CanCount ? _queue.Reader.Count : 0,
                Capacity = _capacity,
                IsCompleted = _closure is not null,
                ContentType = Codec.Contract.ContentType,
                ContractName = Codec.Contract.Name,
                CompletionPolicy = _completion.ToString(),
                Writers = _links.WriterStatuses,
                Readers = _links.ReaderStatuses,
            };
        }
    }

    public override Link Attach(HubRequest request)
    {
        using (_sync.Enter())
        {
            if (request.Role == LinkRole.Writer && _closure is null)
            {
                Link link = _pumps.StartWriter(request);
                _links.AddWriter(link);
                return link;
            }
            if (request.Role == LinkRole.Reader && !_isClosed)
            {
                Link link = _pumps.StartReader(request);
                _links.AddReader(link);
                return link;
            }
        }
        return request.Refuse(_hub.Connection, _isClosed ? $"Channel '{Name}' was closed by its owner." : $"Channel '{Name}' is over and takes no more items.");
    }

    /// <summary>Ends the channel at once, and drops what is queued.</summary>
    public void Abort(string? reason)
    {
        var error = new ReaderClosedException("the owner", reason);
        var closure = new Closure(new Ending(EndingKind.ReaderClosed, error), error);
        using (_sync.Enter())
        {
            if (_queue.Reader.Completion.IsCompleted)
                return;
            _end.TryCompleteByOwner(error);
            CloseLocked(closure);
            // Writers learn it as from a reader that closes, and nothing before that.
            _ = _links.TakeUntold();
        }
        Joins.Fail(error);
        _queue.Writer.TryComplete(error);
        _links.Abort(reason);
        Drain();
    }

    public override async ValueTask<long> CloseAsync(TimeSpan drainTimeout)
    {
        _directory.Remove(this);
        using (_sync.Enter())
        {
            if (_isClosed)
                return 0;
            _isClosed = true;
        }
        _arrivalTimer?.Dispose();
        TryComplete(null);
        await _links.DrainAsync(_queue.Reader.Completion, drainTimeout).ConfigureAwait(false);
        int count = DropRest();
        if (count > 0)
        {
            Log.NotDrained(_hub.Connection.Logger, Name, count);
            ChannelMetrics.NotReceived(count, MetricTags.Owner(Name));
        }
        Task closing = _links.CloseAsync();
        if (drainTimeout != TimeSpan.Zero)
            await closing.ConfigureAwait(false);
        return count;
    }

    /// <summary>The owner completes.</summary>
    /// <returns>Whether this ended the channel.</returns>
    public bool TryComplete(Exception? error)
    {
        using (_sync.Enter())
        {
            if (!_end.TryCompleteByOwner(error))
                return false;
            DecideLocked();
        }
        EndIfDecided();
        return true;
    }

    /// <summary>Copies an item as it would be if it came from another process.</summary>
    public T Copy(T item) => _copier.Copy(item);

    /// <summary>An item is given to a reader.</summary>
    /// <exception cref="ItemUnreadableException">It had come, and could not be deserialized.</exception>
    public T Take(in QueuedItem<T> held)
    {
        Joins.Leave(held.Epoch);
        return held.Value;
    }

    /// <summary>Accepts an item that is the channel's own.</summary>
    /// <remarks>Throws what ItemDropped throws, or the comparer; the item is accepted all the same.</remarks>
    public bool TryAccept(in QueuedItem<T> held)
    {
        if (TryQueue(held))
            return true;
        Joins.Leave(held.Epoch);
        return false;
    }

    /// <summary>Queues an item; the caller counts one out that is not accepted.</summary>
    /// <remarks>Throws as <see cref="TryAccept"/>.</remarks>
    public bool TryQueue(in QueuedItem<T> held)
    {
        ComparerFailure.Forget();
        bool isAccepted = _queue.Writer.TryWrite(held);
        ComparerFailure.ThrowIfAny();
        return isAccepted;
    }

    /// <summary>Accepts an item of a remote writer.</summary>
    public async ValueTask AcceptAsync(QueuedItem<T> held, Link link)
    {
        try
        {
            if (_queue.Writer.TryWrite(held))
                return;
        }
        catch (Exception e)
        {
            // ItemDropped may throw anything, and what it was called for is done.
            ChannelMetrics.ItemDroppedFailed(MetricTags.Owner(Name));
            Log.ItemDroppedFailed(_hub.Connection.Logger, e);
            return;
        }
        try
        {
            await _queue.Writer.WriteAsync(held).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The channel is over. Nobody may take the item for read.
            Joins.Fail(Closure?.Error as IOException ?? new LinkAbortedException($"Channel '{Name}' was over when the item came."));
            Joins.Leave(held.Epoch);
            Log.ItemNotTaken(_hub.Connection.Logger, Name, link.PeerName);
        }
    }

    /// <summary>An item that was taken for a remote reader did not go.</summary>
    public void OnNotGiven(in QueuedItem<T> held, Link link, Exception? error)
    {
        // In an ordered channel it finds its place again; elsewhere it counts as read.
        if (error is null && _isOrdered && _queue.Writer.TryWrite(held))
            return;
        Joins.Leave(held.Epoch);
        ChannelMetrics.NotReceived(1, MetricTags.Owner(Name));
        Log.ItemLost(_hub.Connection.Logger, Name, link.PeerName, error);
    }

    /// <summary>A remote writer has greeted.</summary>
    public void OnWriterArrived()
    {
        using (_sync.Enter())
            _end.WriterArrived();
    }

    /// <summary>A remote writer sends nothing more, and everything that it sent is in the queue.</summary>
    public void OnWriterDone(Link link)
    {
        Ending how = link.Receiver.Closure!.Ending;
        using (_sync.Enter())
        {
            _links.SendingDone(link);
            if (_end.WriterDone(link.PeerName, how.Kind, how.Cause))
                DecideLocked();
        }
        EndIfDecided();
    }

    /// <summary>A link is closed, and its pump has ended.</summary>
    public void OnLinkClosed(Link link)
    {
        using (_sync.Enter())
            _links.Remove(link);
        EndIfDecided();
    }

    private void OnArrivalLate()
    {
        using (_sync.Enter())
        {
            if (!_end.ArrivalTimedOut())
                return;
            DecideLocked();
        }
        EndIfDecided();
    }

    private void DecideLocked()
    {
        EndingKind kind = _end.Error switch
        {
            null => EndingKind.Completed,
            WritersLostException => EndingKind.WriterLeft,
            _ => EndingKind.Faulted,
        };
        CloseLocked(new Closure(new Ending(kind, _end.Error), _end.Error));
    }

    /// <remarks>Continuations of the task never run on the thread that sets it.</remarks>
    private void CloseLocked(Closure closure)
    {
        Volatile.Write(ref _closure, closure);
        _ended.Set(closure);
    }

    /// <summary>Tells the writers that are here, and completes the queue when none of them has anything on its way.</summary>
    private void EndIfDecided()
    {
        Link[] untold;
        Closure closure;
        bool isOver;
        using (_sync.Enter())
        {
            if (_closure is null)
                return;
            closure = _closure;
            untold = _links.TakeUntold();
            isOver = !_links.IsAnySending;
            if (isOver)
                _endTimer?.Dispose();
            else if (untold.Length > 0 && _hub.Connection.CloseTimeout != Timeout.InfiniteTimeSpan)
                _endTimer = _hub.Connection.TimeProvider.CreateTimer(static state => ((BackedLinks)state!).GiveUpSending(), _links, _hub.Connection.CloseTimeout, Timeout.InfiniteTimeSpan);
        }
        foreach (Link link in untold)
            link.EndChannel(closure.Error);
        if (isOver)
            _queue.Writer.TryComplete(closure.Error);
    }

    /// <summary>Throws away what nobody will read, so that no reader takes the end for a clean one.</summary>
    private int DropRest()
    {
        var error = new LinkAbortedException($"The owner of channel '{Name}' closed it before everything was read.");
        using (_sync.Enter())
        {
            if (_queue.Reader.Completion.IsCompleted)
                return 0;
            CloseLocked(new Closure(new Ending(EndingKind.Aborted, error), error));
        }
        Joins.Fail(error);
        _queue.Writer.TryComplete(error);
        _links.Abort(error.Message);
        return Drain();
    }

    private void OnDropped(QueuedItem<T> held)
    {
        Joins.Leave(held.Epoch);
        if (held.Error is null)
            _itemDropped?.Invoke(held.Item);
    }

    private int Drain()
    {
        int count = 0;
        for (; _queue.Reader.TryRead(out QueuedItem<T> held); count++)
            Joins.Leave(held.Epoch);
        return count;
    }
}
