using System.Threading.Channels;
using CrossChannels.Diagnostics;
using CrossChannels.Links;
using CrossChannels.Protocol;
using CrossChannels.Serialization;
using CrossChannels.Threading;

namespace CrossChannels.Hub;

/// <summary>A hub's channel that needs its owner's <typeparamref name="T"/>: it drops, it orders, or it is a rendezvous.</summary>
/// <remarks>
/// Its items are in a built-in channel, so that the owner's ends do what those do. What a remote writer sends is put there as it comes. A remote reader is given
/// an item when one of its callers waits; until it says that the item is read it may come back.
/// </remarks>
internal sealed class BackedChannel<T> : HubObject, IBackedEvents<T>
{
    private readonly RankedLock _sync = new(LockRank.BackedChannel);
    private readonly HubClock _clock;
    private readonly HubTimer _timer;
    private readonly BackedQueue<T> _queue;
    private readonly Action<T>? _itemDropped;
    private readonly ItemCopier<T> _copier;
    private readonly BackedLinks<T> _links;
    private readonly CompletionDecision _end;
    private readonly HubOptions _hub;
    private readonly HubDirectory _directory;
    private readonly CompletionPolicy _completion;
    private readonly int _maxItemBytes;
    private readonly long _maxQueuedBytes;
    private readonly long? _capacity;
    private readonly bool _isRendezvous;
    private readonly bool _makesWait;
    private readonly ITimer? _arrivalTimer;
    private long _closeDeadline = long.MaxValue;
    private EndingTask _ended;
    private Closure? _writerClosure;
    private Closure? _readerClosure;
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isClosed;
    private bool _isExiting;

    /// <exception cref="NotSupportedException">The item type cannot cross, or has no such channel.</exception>
    /// <exception cref="ItemTooLargeException">Every item would be larger than the options allow.</exception>
    public BackedChannel(string name, ChannelOptions options, Action<T>? itemDropped, SharedChannelOptions sharing, ItemOptions<T> items, HubOptions hub, HubDirectory directory)
        : base(name)
    {
        _isRendezvous = options is BoundedChannelOptions { Capacity: 0 };
        _makesWait = options is BoundedChannelOptions { FullMode: BoundedChannelFullMode.Wait };
        _completion = sharing.Completion;
        _maxItemBytes = items.MaxItemBytes;
        _maxQueuedBytes = sharing.MaxQueuedBytes;
        _capacity = (options as BoundedChannelOptions)?.Capacity;
        _itemDropped = itemDropped;
        _hub = hub;
        _directory = directory;
        _clock = new HubClock(hub.Connection.TimeProvider);
        _timer = new HubTimer(_sync, _clock, Look);
        _queue = new BackedQueue<T>(options, OnDropped, e => Log.ComparerFailed(hub.Connection.Logger, name, e));
        _links = new BackedLinks<T>(_sync, hub.Connection);
        _copier = new ItemCopier<T>(ItemCodec.Create(items), items.MaxItemBytes);
        if (Codec.ElementSize > _maxItemBytes)
            throw new ItemTooLargeException(Codec.ElementSize, _maxItemBytes, "MaxItemBytes");
        _end = new CompletionDecision(sharing.Completion);
        Reader = new BackedReader<T>(this, _queue);
        Writer = new BackedWriter<T>(this, _queue);
        if (sharing.Completion is { Rule: CompletionRule.LastWriter } policy && policy.ArrivalTimeout != Timeout.InfiniteTimeSpan)
            _arrivalTimer = hub.Connection.TimeProvider.CreateTimer(static state => ((BackedChannel<T>)state!).OnArrivalLate(), this, policy.ArrivalTimeout, Timeout.InfiniteTimeSpan);
    }

    public CrossChannelReader<T> Reader { get; }

    public CrossChannelWriter<T> Writer { get; }

    public JoinCounter Joins { get; } = new();

    /// <summary>Why nothing more is accepted; null while something is.</summary>
    public Closure? WriterClosure => Volatile.Read(ref _writerClosure);

    /// <summary>Done when nothing more is accepted; never faults.</summary>
    public Task<Ending> Ended => _ended.WaitAsync(() => WriterClosure);

    /// <summary>Why the channel is over for readers, once nothing is left that could come back.</summary>
    public Closure? ReaderClosure => Volatile.Read(ref _readerClosure);

    /// <summary>Which channel it is, for messages.</summary>
    private string Where => _directory.AddressOf(Name);

    public ItemCodec<T> Codec => _copier.Codec;

    public override ReasonCode WhyNotCode => _isRendezvous ? ReasonCode.NotSupported : ReasonCode.Given;

    private bool IsClosed { get { using (_sync.Enter()) return _isClosed; } }

    /// <summary>A join, or the end, waits for what remote readers have.</summary>
    private bool IsProcessingAwaited => WriterClosure is not null || Joins.IsAwaited;

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
                Depth = _queue.CanCount ? _queue.Count : 0,
                InFlight = _links.HeldItems,
                Capacity = _capacity,
                IsCompleted = _writerClosure is not null,
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
        if (IsClosed)
            return request.Refuse(_hub.Connection, $"Channel '{Name}' was closed by its owner.");
        bool isWriter = request.Role == LinkRole.Writer;
        if (isWriter && WriterClosure is not null)
            return request.Refuse(_hub.Connection, $"Channel '{Name}' is over and takes no more items.");
        // A link begins outside the channel's lock: it takes its own, starts a timer, and is counted.
        var identity = new LinkIdentity(isWriter ? ItemContract.None : Codec.Contract, isWriter ? Codec.Contract : ItemContract.None, Name, _hub.Connection, request.Role)
        {
            IsOnDemand = !isWriter,
            LargestItemBytes = isWriter || Codec.ElementSize > 0 ? 0 : _maxItemBytes,
        };
        var link = new Link(request.Input, request.Output, identity, request.Peer, new Halves(this, isWriter));
        if (isWriter)
            ((BackedWriterPort<T>)link.Receiver).Link = link;
        else
            ((BackedReaderPort<T>)link.Sender).Link = link;
        DateTimeOffset since = _hub.Connection.TimeProvider.GetUtcNow();
        Closure? over;
        using (_sync.Enter())
        {
            over = _writerClosure;
            if (isWriter)
                _links.AddWriter(link, since);
            else
                _links.AddReader((BackedReaderPort<T>)link.Sender, since);
        }
        link.Start();
        if (isWriter && over is not null)
            link.EndChannel(over.Error);
        _ = ServeAsync(link);
        return link;
    }

    /// <summary>Ends the channel at once, and drops what is queued.</summary>
    public void Abort(string? reason)
    {
        var error = new ReaderClosedException("the owner", reason);
        var closure = new Closure(new Ending(EndingKind.ReaderClosed, error), error);
        using (_sync.Enter())
        {
            if (_readerClosure is not null)
                return;
            _end.TryCompleteByOwner(error);
            CloseWritersLocked(closure);
            // Writers learn it as from a reader that closes, and nothing before that.
            _ = _links.TakeUntold();
            EndLocked(closure);
        }
        DropAll(error, error, reason);
    }

    public override void BeginExit()
    {
        using (_sync.Enter())
            _isExiting = true;
    }

    public override bool BeginClose()
    {
        LeaveByOwner();
        using (_sync.Enter())
            return _readerClosure is null && !_queue.IsEmpty;
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
        LeaveByOwner();
        await _links.DrainAsync(_over.Task, drainTimeout).ConfigureAwait(false);
        long count = DropRest();
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
            // In a process that exits no call of its own fails.
            if (!_end.TryCompleteByOwner(error))
                return _writerClosure is { IsExit: true };
            DecideLocked();
        }
        EndIfDone();
        return true;
    }

    /// <summary>Copies an item as it would be if it came from another process.</summary>
    public T Copy(T item) => _copier.Copy(item);

    /// <summary>An item is given to a reader of the owner's.</summary>
    /// <exception cref="ItemUnreadableException">It had come, and could not be deserialized.</exception>
    public T Take(in QueuedItem<T> held)
    {
        Joins.Leave(held.Epoch);
        if (WriterClosure is not null)
            EndIfDone();
        return held.Value;
    }

    /// <summary>Accepts an item that is the channel's own.</summary>
    /// <remarks>Throws what ItemDropped throws, or the comparer; the item is accepted all the same.</remarks>
    public bool TryAccept(in QueuedItem<T> held)
    {
        if (_queue.TryWrite(held))
            return true;
        Joins.Leave(held.Epoch);
        return false;
    }

    public Task WhenProcessedAsync()
    {
        Task done = Joins.WhenDoneAsync();
        if (done.IsCompleted)
            return done;
        _clock.Refresh();
        using (_sync.Enter())
            AskSoonLocked();
        _timer.Set();
        return done;
    }

    void IBackedEvents<T>.Accept(in QueuedItem<T> item, Link link)
    {
        try
        {
            if (_queue.TryWrite(item))
                return;
        }
        catch (Exception e)
        {
            // ItemDropped or the comparer may throw anything, and what they were called for is done.
            ChannelMetrics.ItemDroppedFailed(MetricTags.Owner(Name));
            Log.ItemDroppedFailed(_hub.Connection.Logger, e);
            return;
        }
        // The channel is over. Nobody may take the item for read.
        Joins.Fail(WriterClosure?.Error as IOException ?? new LinkAbortedException($"Channel '{Name}' was over when the item came."));
        Joins.Leave(item.Epoch);
        Log.ItemNotTaken(_hub.Connection.Logger, Name, link.PeerName);
    }

    void IBackedEvents<T>.OnWriterArrived()
    {
        using (_sync.Enter())
            _end.WriterArrived();
    }

    void IBackedEvents<T>.OnWriterDone(Link link, bool hasArrived, Ending how)
    {
        bool isLeftOpen = false;
        using (_sync.Enter())
        {
            _links.SendingDone(link);
            if (hasArrived && _end.WriterDone(link.PeerName, how.Kind, how.Cause))
                DecideLocked();
            else
                isLeftOpen = hasArrived && _links.HasReaders && _end.TakeLeftOpen();
        }
        if (isLeftOpen)
            Log.LeftOpen(_hub.Connection.Logger, Name);
        EndIfDone();
    }

    void IBackedEvents<T>.OnGivenLocked() => AskSoonLocked();

    void IBackedEvents<T>.OnReaderMoved()
    {
        if (WriterClosure is not null)
            EndIfDone();
        _timer.Set();
    }

    void IBackedEvents<T>.GiveBack(in QueuedItem<T> item, Link link)
    {
        // A channel that is over has counted it among those that were left.
        if (!_queue.TryReturn(item))
            Joins.Leave(item.Epoch);
    }

    void IBackedEvents<T>.Lose(in QueuedItem<T> item, Link link, Exception? error)
    {
        Joins.Leave(item.Epoch);
        ChannelMetrics.NotReceived(1, MetricTags.Owner(Name));
        Log.ItemLost(_hub.Connection.Logger, Name, link.PeerName, error);
    }

    /// <summary>Serves a link until it is closed.</summary>
    private async Task ServeAsync(Link link)
    {
        if (link.Sender is BackedReaderPort<T> port)
        {
            await ((Task)link.Greeted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (link.Greeted.IsCompletedSuccessfully)
            {
                await port.ServeAsync().ConfigureAwait(false);
                // Either the link is over, and then this does nothing, or the channel.
                if (ReaderClosure is { } closure)
                    End(link, closure);
            }
        }
        await link.Closed.ConfigureAwait(false);
        using (_sync.Enter())
            _links.Remove(link);
        EndIfDone();
    }

    private static void End(Link link, Closure closure)
    {
        if (closure.Ending.Kind is EndingKind.ReaderClosed or EndingKind.Aborted)
            link.Abort(closure.Error?.Message);
        else
            link.TryComplete(closure.Error);
    }

    private void OnArrivalLate()
    {
        using (_sync.Enter())
        {
            if (!_end.ArrivalTimedOut())
                return;
            DecideLocked();
        }
        EndIfDone();
    }

    /// <summary>The owner leaves; what it has not completed does not end as if it had.</summary>
    private void LeaveByOwner()
    {
        long unread;
        bool isAnyLink;
        using (_sync.Enter())
        {
            unread = UnreadLocked();
            isAnyLink = _links.IsAny;
            if (!_end.TryCompleteByOwner(new OwnerLeftException(Name, unread)))
                return;
            DecideLocked();
        }
        // Of a channel that is empty and alone nobody waits to hear.
        if (unread > 0 || isAnyLink)
            Log.OwnerLeft(_hub.Connection.Logger, Name, unread);
        EndIfDone();
    }

    /// <remarks>Continuations of the task never run on the thread that sets it.</remarks>
    private void CloseWritersLocked(Closure closure)
    {
        _sync.AssertHeld();
        Volatile.Write(ref _writerClosure, closure);
        _ended.Set(closure);
    }

    private void DecideLocked()
    {
        _sync.AssertHeld();
        CloseWritersLocked(EndingMap.ClosureOf(_end.Error, Where).AtExit(_isExiting));
    }

    private void EndLocked(Closure closure)
    {
        _sync.AssertHeld();
        Volatile.Write(ref _readerClosure, closure);
        _timer.StopLocked();
    }

    /// <summary>Tells the writers that are here, and completes the queue when nothing is left, here or at a reader, and none of them has anything on its way.</summary>
    private void EndIfDone()
    {
        Link[] untold;
        Closure closure;
        Closure? over = null;
        _clock.Refresh();
        using (_sync.Enter())
        {
            if (_writerClosure is null || _readerClosure is not null)
                return;
            closure = _writerClosure;
            untold = _links.TakeUntold();
            if (untold.Length > 0)
                _closeDeadline = _clock.After(_hub.Connection.CloseTimeout);
            // Writers that wait, as at a rendezvous, fail at once. Where none waits nothing is lost by completing the queue late.
            if (_makesWait || (!_links.IsAnySending && _links.HeldItems == 0 && _queue.IsEmpty))
                EndLocked(over = closure.Error is OwnerLeftException ? EndingMap.ClosureOf(new OwnerLeftException(Name, 0), Where) : closure);
            else
                AskSoonLocked();
        }
        foreach (Link link in untold)
            link.EndChannel(closure.Error);
        if (over is not null)
            Complete(over.Error);
        _timer.Set();
    }

    /// <summary>Looks again in a while how far remote readers are, and whether writers have finished that have to.</summary>
    private void AskSoonLocked()
    {
        _sync.AssertHeld();
        if (_links.HeldItems > 0)
            _timer.AskLocked(IsProcessingAwaited ? BackedReaderPort<T>.MomentMilliseconds : BackedReaderPort<T>.StoppedMilliseconds);
        if (_closeDeadline < long.MaxValue)
            _timer.AskLocked(Math.Max(1, _closeDeadline - _clock.Now));
    }

    private void Look()
    {
        List<Action> after = [];
        bool isLate;
        _clock.Refresh();
        using (_sync.Enter())
        {
            if (!_timer.TickedLocked())
                return;
            long now = _clock.Now;
            isLate = now >= _closeDeadline;
            if (isLate)
                _closeDeadline = long.MaxValue;
            long next = Math.Min(_closeDeadline, _links.LookLocked(IsProcessingAwaited, after));
            if (next < long.MaxValue)
                _timer.AskLocked(Math.Max(1, next - now));
        }
        foreach (Action action in after)
            action();
        if (isLate)
            _links.GiveUpSending();
        _timer.Set();
    }

    private long UnreadLocked()
    {
        _sync.AssertHeld();
        return (_queue.CanCount ? _queue.Count : 0) + _links.HeldItems;
    }

    /// <summary>Throws away what nobody will read, so that no reader takes the end for a clean one.</summary>
    private long DropRest()
    {
        const string Reason = "The owner closed the channel before everything was read.";
        var toWriters = new ReaderClosedException($"the owner of channel '{Name}'", Reason);
        Exception toReaders;
        long left;
        using (_sync.Enter())
        {
            if (_readerClosure is not null)
                return 0;
            left = UnreadLocked();
            toReaders = _end.Error is OwnerLeftException
                ? new OwnerLeftException(Name, left)
                : new LinkAbortedException($"The owner of channel '{Name}' ended it: {Reason}");
            EndLocked(EndingMap.ClosureOf(toReaders, Where));
        }
        DropAll(toReaders, toWriters, Reason);
        return left;
    }

    private void DropAll(Exception toReaders, Exception toJoins, string? reason)
    {
        if (!_isExiting)
            Joins.Fail(toJoins);
        _links.CloseWriters(reason);
        Complete(toReaders);
        while (!_isExiting && _queue.TryRead(out QueuedItem<T> held))
            Joins.Leave(held.Epoch);
        _timer.Set();
    }

    /// <summary>The channel is over for readers. A process that exits leaves its own where they are.</summary>
    private void Complete(Exception? error)
    {
        if (!_isExiting)
            _queue.TryComplete(error);
        _over.TrySetResult();
    }

    private void OnDropped(QueuedItem<T> held)
    {
        Joins.Leave(held.Epoch);
        if (held.Error is null)
            _itemDropped?.Invoke(held.Item);
    }

    /// <summary>The halves of the link of one remote end.</summary>
    private sealed record Halves(BackedChannel<T> Channel, bool IsWriter) : LinkHalves
    {
        /// <summary>A hub that exits has its readers drain first.</summary>
        public override bool HasOwner => true;

        public override SendingHalf MakeSender(Outbox outbox) => IsWriter
            ? new NoSending()
            : new BackedReaderPort<T>(Channel.Name, Channel._sync, Channel._clock, Channel._hub, Channel._over.Task, Channel._queue, Channel.Codec, Channel._maxItemBytes, Channel, outbox);

        public override ReceivingHalf MakeReceiver(Outbox outbox) => IsWriter
            ? new BackedWriterPort<T>(Channel, Channel.Codec, Channel._maxItemBytes, Channel._maxQueuedBytes, outbox)
            : new NoReceiving();
    }
}
