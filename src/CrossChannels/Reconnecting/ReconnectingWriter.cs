using System.Threading.Channels;
using CrossChannels.Channels;
using CrossChannels.Diagnostics;
using CrossChannels.Links;
using CrossChannels.Transfer;

namespace CrossChannels.Reconnecting;

/// <summary>A writer that goes on at the next hub: what was not accepted waits for it, and what was accepted and not received is reported, or sent again before anything else.</summary>
/// <remarks>Every call is made at the writer that was opened last, and again at the next one if that has lost its hub meanwhile.</remarks>
internal sealed class ReconnectingWriter<T> : CrossChannelWriter<T>
{
    private readonly ConnectionOptions _settings;
    private readonly MetricTags _tags;
    private readonly Func<CancellationToken, Task<LinkChannel<T, NoItem>>> _connect;
    private readonly bool _resends;
    private readonly TaskCompletionSource<Ending> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Queue<UnreceivedItem> _unreceived = new();
    private long _unreceivedCount;
    private long _lost;
    private Closure? _completed;
    private LinkChannel<T, NoItem>? _toldCompletion;
    private bool _isCompletionTaken;

    /// <param name="address">Where the channel is.</param>
    /// <param name="connect">Opens a writer's link.</param>
    /// <param name="settings">Of the connections.</param>
    /// <param name="options">How to reconnect.</param>
    public ReconnectingWriter(
        ChannelAddress address, Func<CancellationToken, Task<LinkChannel<T, NoItem>>> connect, ConnectionOptions settings, ReconnectOptions options)
    {
        _connect = connect;
        _settings = settings;
        _resends = options.ResendUnreceived;
        _tags = new MetricTags(address.Channel ?? "", "writer");
        var recipe = new EndRecipe<LinkChannel<T, NoItem>>(address, _tags, OpenAsync, static channel => channel.Writer.Ended, EndingOf, RetireAsync) { Opened = OnOpened, Over = OnOver };
        Keeper = new EndKeeper<LinkChannel<T, NoItem>>(recipe, options, settings);
        Address = address;
        Origin = new TransferOrigin((recipient, cancellationToken) => GivenEnd.GiveAsync(Keeper, static channel => channel.Writer, recipient, cancellationToken));
    }

    public EndKeeper<LinkChannel<T, NoItem>> Keeper { get; }

    public override Ending? Ending => Completed?.Ending ?? (Keeper.Current.Writer.Ending is { } ending && !MayComeBack(ending.Kind) ? ending : Keeper.Closure?.Ending);

    public override Task<Ending> Ended => _ended.Task;

    public override long UnreceivedCount => Interlocked.Read(ref _lost) + Interlocked.Read(ref _unreceivedCount)
        + (Keeper.IsAway && Keeper.Settled.IsCompleted ? 0 : Keeper.Current.Writer.UnreceivedCount);

    /// <summary>How this writer itself has completed the channel; null if it has not.</summary>
    private Closure? Completed => Volatile.Read(ref _completed);

    /// <summary>Why nothing more is written, where no link says it.</summary>
    private Closure Closure => Completed ?? Keeper.Closure!;

    public override bool TryWrite(T item) => Completed is null && Keeper.Current.Writer.TryWrite(item);

    public override int TryWriteMany(ReadOnlySpan<T> items) => Completed is null ? Keeper.Current.Writer.TryWriteMany(items) : 0;

    public override ValueTask WriteAsync(T item, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellationToken);
        if (Completed is { } closure)
            return closure.FailWriteAsync();
        LinkChannel<T, NoItem> channel = Keeper.Current;
        ValueTask write = channel.Writer.WriteAsync(item, cancellationToken);
        return write.IsCompletedSuccessfully ? write : new ValueTask(new OneTimeResult<bool>(FollowAsync(channel, write, item, cancellationToken)), 0);
    }

    public override ValueTask WriteManyAsync(ReadOnlyMemory<T> items, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellationToken);
        if (Completed is { } closure)
            return ValueTask.FromException(new PartialWriteException(0, closure.Error));
        LinkChannel<T, NoItem> channel = Keeper.Current;
        ValueTask write = channel.Writer.WriteManyAsync(items, cancellationToken);
        return write.IsCompletedSuccessfully ? write : new ValueTask(FollowManyAsync(channel, write, items, cancellationToken));
    }

    public override ValueTask<bool> WaitToWriteAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<bool>(cancellationToken);
        if (Completed is { } closure)
            return closure.EndWaitAsync();
        LinkChannel<T, NoItem> channel = Keeper.Current;
        ValueTask<bool> wait = channel.Writer.WaitToWriteAsync(cancellationToken);
        if (!wait.IsCompletedSuccessfully)
            return OneTimeResult<bool>.TakeAsync(FollowWaitAsync(channel, wait, cancellationToken));
        // One that waited may be over already: its result is taken here, and is not there a second time.
#pragma warning disable VSTHRD103 // It is done.
        return wait.Result ? new ValueTask<bool>(true) : OneTimeResult<bool>.TakeAsync(FollowWaitAsync(channel, new ValueTask<bool>(false), cancellationToken));
#pragma warning restore VSTHRD103
    }

    public override ValueTask PublishAsync(T item, CancellationToken cancellationToken = default) =>
        _resends ? base.PublishAsync(item, cancellationToken) : PublishAgainAsync(item, cancellationToken);

    /// <exception cref="ConnectionLostException">Items were lost with a hub; each loss is reported once.</exception>
    public override async ValueTask FlushAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        LinkChannel<T, NoItem>? channel = null;
        while (true)
        {
            channel = await NextToAskAsync(channel, cancellationToken).ConfigureAwait(false);
            try
            {
                await channel.Writer.FlushAsync(cancellationToken).ConfigureAwait(false);
                ThrowIfLost();
                return;
            }
            catch (CrossChannelException e) when (MayComeBack(e.Kind))
            {
                // What the hub had not received is counted, or sent again, before there is another one.
                Keeper.Lose(channel, Ending.FromException(e)!);
            }
        }
    }

    /// <remarks>What a hub had received, and has lost, nobody has processed: a join that loses its hub fails.</remarks>
    /// <exception cref="ConnectionLostException">Items were lost with a hub; each loss is reported once.</exception>
    public override async ValueTask JoinAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        LinkChannel<T, NoItem> channel = await NextToAskAsync(null, cancellationToken).ConfigureAwait(false);
        await channel.Writer.JoinAsync(cancellationToken).ConfigureAwait(false);
    }

    public override bool TryComplete(Exception? error = null)
    {
        Closure closure = EndingMap.ClosureOf(error, $"at {Address}");
        if (Keeper.Closure is not null || Interlocked.CompareExchange(ref _completed, closure, null) is not null)
            return false;
        // While the hub is away the next one is told: see OnOpened.
        LinkChannel<T, NoItem> channel = Keeper.Current;
        if (!Keeper.IsAway)
        {
            bool isFirst = TellCompletion(channel, error);
            if (!isFirst || (channel.Writer.Ending is { Kind: not (EndingKind.Completed or EndingKind.Faulted) } ended && !MayComeBack(ended.Kind)))
            {
                // It was over before, and stays what it was.
                Volatile.Write(ref _completed, null);
                return isFirst;
            }
        }
        _ended.TrySetResult(closure.Ending);
        return true;
    }

    public override async ValueTask<long> CloseAsync(TimeSpan? timeout = null)
    {
        TimeSpan limit = TimeoutRange.Check(timeout ?? _settings.CloseTimeout, nameof(timeout));
        long started = _settings.TimeProvider.GetTimestamp();
        if (_resends && limit != TimeSpan.Zero && Keeper.Closure is null && UnreceivedCount > 0)
            await FlushForCloseAsync(limit).ConfigureAwait(false);
        LinkChannel<T, NoItem>? open = Stop();
        await Keeper.Settled.ConfigureAwait(false);
        long left = open is null ? 0 : await open.Writer.CloseAsync(TimeoutRange.Left(limit, _settings.TimeProvider, started)).ConfigureAwait(false);
        Keeper.Finish();
        return left + Interlocked.Read(ref _lost) + Interlocked.Read(ref _unreceivedCount);
    }

    public override async ValueTask DisposeAsync()
    {
        bool wasOpen = Ending is null or { Kind: EndingKind.Completed or EndingKind.Faulted };
        long unreceived = await CloseAsync().ConfigureAwait(false);
        if (!wasOpen || unreceived == 0)
            return;
        ChannelMetrics.NotReceived(unreceived, _tags);
        Log.NotReceived(_settings.Logger, $"the hub at {Address}", unreceived);
    }

    public override void Dispose()
    {
        Stop()?.Writer.Dispose();
        Keeper.Finish();
    }

    /// <summary>Writes to, and flushes, one link after the other: a loss that is reported to somebody else is seen here too.</summary>
    private async ValueTask PublishAgainAsync(T item, CancellationToken cancellationToken)
    {
        LinkChannel<T, NoItem>? channel = null;
        while (true)
        {
            channel = await NextToWriteAsync(channel, cancellationToken).ConfigureAwait(false) ?? throw Closure.ForItem();
            try
            {
                await channel.Writer.WriteAsync(item, cancellationToken).ConfigureAwait(false);
                await channel.Writer.FlushAsync(cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (Exception e) when (Ending.FromException(e) is { } ending && MayComeBack(ending.Kind))
            {
                Keeper.Lose(channel, ending);
            }
        }
    }

    private static bool MayComeBack(EndingKind kind) => EndKeeper<LinkChannel<T, NoItem>>.MayComeBack(kind);

    private LinkChannel<T, NoItem>? Stop() => Keeper.Stop(new Closure(new Ending(EndingKind.WriterLeft), null) { Where = $"at {Address}" });

    /// <returns>True; nobody looks at it.</returns>
    private async Task<bool> FollowAsync(LinkChannel<T, NoItem> channel, ValueTask write, T item, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await write.ConfigureAwait(false);
                return true;
            }
            catch (ChannelClosedException) when (Keeper.IsLost(channel))
            {
                // It was not accepted, so that the next hub gets it.
            }
            channel = await NextToWriteAsync(channel, cancellationToken).ConfigureAwait(false) ?? throw Closure.ForItem();
            write = channel.Writer.WriteAsync(item, cancellationToken);
        }
    }

    private async Task<bool> FollowWaitAsync(LinkChannel<T, NoItem> channel, ValueTask<bool> wait, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                // A false is a clean end, which is told before whoever waits for it goes on.
                return await wait.ConfigureAwait(false) || Keeper.IsLost(channel);
            }
            catch (CrossChannelException) when (Keeper.IsLost(channel))
            {
                // The next hub may have room.
            }
            if (await NextToWriteAsync(channel, cancellationToken).ConfigureAwait(false) is not { } next)
                return await Closure.EndWaitAsync().ConfigureAwait(false);
            channel = next;
            wait = channel.Writer.WaitToWriteAsync(cancellationToken);
        }
    }

    private async Task FollowManyAsync(LinkChannel<T, NoItem> channel, ValueTask write, ReadOnlyMemory<T> items, CancellationToken cancellationToken)
    {
        int accepted = 0;
        while (true)
        {
            try
            {
                await write.ConfigureAwait(false);
                return;
            }
            catch (PartialWriteException e)
            {
                accepted += e.AcceptedCount;
                if (!Keeper.IsLost(channel))
                    throw new PartialWriteException(accepted, e.InnerException);
            }
            catch (PartialWriteCanceledException e)
            {
                throw new PartialWriteCanceledException(accepted + e.AcceptedCount, cancellationToken);
            }
            catch (ItemUnwritableException e)
            {
                throw new ItemUnwritableException(accepted + e.AcceptedCount, e.InnerException!);
            }
            try
            {
                channel = await NextToWriteAsync(channel, cancellationToken).ConfigureAwait(false) ?? throw new PartialWriteException(accepted, Closure.Error);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                throw new PartialWriteCanceledException(accepted, cancellationToken);
            }
            write = channel.Writer.WriteManyAsync(items[accepted..], cancellationToken);
        }
    }

    /// <returns>Null if nothing is written any more: <see cref="Closure"/> says why.</returns>
    private async ValueTask<LinkChannel<T, NoItem>?> NextToWriteAsync(LinkChannel<T, NoItem>? after, CancellationToken cancellationToken)
    {
        LinkChannel<T, NoItem>? next = await Keeper.NextAsync(after, cancellationToken).ConfigureAwait(false);
        return Completed is null ? next : null;
    }

    /// <summary>The writer that knows what was received: the one that is open, or the next one, or the last one of a channel that is over.</summary>
    private async ValueTask<LinkChannel<T, NoItem>> NextToAskAsync(LinkChannel<T, NoItem>? after, CancellationToken cancellationToken)
    {
        ThrowIfLost();
        LinkChannel<T, NoItem>? next = await Keeper.NextAsync(after, cancellationToken).ConfigureAwait(false);
        ThrowIfLost();
        if (next is not null)
            return next;
        return Keeper.Current is { Writer.Ending: { } ending } last && !MayComeBack(ending.Kind) && !ReferenceEquals(last, after) ? last : throw Keeper.Closure!.ForCount();
    }

    private void ThrowIfLost()
    {
        long lost = Interlocked.Exchange(ref _lost, 0);
        if (lost > 0)
            throw new ConnectionLostException($"Up to {lost:N0} items that were accepted were lost when the hub at {Address} went away.", unreceivedCount: lost);
    }

    private async Task FlushForCloseAsync(TimeSpan limit)
    {
        using var deadline = new CancellationTokenSource(limit, _settings.TimeProvider);
        try
        {
            await FlushAsync(deadline.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or InvalidOperationException)
        {
            // What is left is counted.
        }
    }

    /// <summary>What this writer has completed is not over before a hub has taken it all.</summary>
    private Ending? EndingOf(LinkChannel<T, NoItem> channel) => Completed is not null && !Volatile.Read(ref _isCompletionTaken) ? null : channel.Writer.Ending;

    private void OnOpened(LinkChannel<T, NoItem> channel)
    {
        if (Completed is not { } closure || TellCompletion(channel, closure.Error))
            return;
        // The channel was over at this hub.
        Volatile.Write(ref _isCompletionTaken, true);
        Keeper.IsLost(channel);
    }

    /// <returns>False if the channel was over.</returns>
    private bool TellCompletion(LinkChannel<T, NoItem> channel, Exception? error)
    {
        if (ReferenceEquals(Interlocked.Exchange(ref _toldCompletion, channel), channel))
            return true;
        if (!channel.Writer.TryComplete(error))
            return false;
        _ = SeeCompletionAsync(channel);
        return true;
    }

    /// <summary>Waits until the hub has taken all that was completed; one that is lost before is followed by another, which is told again.</summary>
    private async Task SeeCompletionAsync(LinkChannel<T, NoItem> channel)
    {
        await channel.Closed.ConfigureAwait(false);
        if (channel.Link.Cause is CrossChannelException lost && MayComeBack(lost.Kind) && Keeper.Closure is null)
        {
            Keeper.Lose(channel, Ending.FromException(lost)!);
            return;
        }
        Volatile.Write(ref _isCompletionTaken, true);
        Keeper.Finish();
    }

    private async Task<LinkChannel<T, NoItem>> OpenAsync(CancellationToken cancellationToken)
    {
        LinkChannel<T, NoItem> channel = await _connect(cancellationToken).ConfigureAwait(false);
        if (_unreceived.Count > 0)
            await ResendAsync(channel, cancellationToken).ConfigureAwait(false);
        return channel;
    }

    private async Task ResendAsync(LinkChannel<T, NoItem> channel, CancellationToken cancellationToken)
    {
        var sender = (ItemSender)channel.Link.Sender;
        try
        {
            while (_unreceived.TryPeek(out UnreceivedItem item))
            {
                await sender.AcceptAsync(item.Bytes, item.IsNull, cancellationToken).ConfigureAwait(false);
                _unreceived.Dequeue();
                Interlocked.Decrement(ref _unreceivedCount);
            }
        }
        catch (ChannelClosedException) when (sender.Closure is { } closure && !MayComeBack(closure.Ending.Kind))
        {
            // The channel is over at this hub, and so is this writer.
        }
        catch (Exception e)
        {
            await RetireAsync(channel).ConfigureAwait(false);
            if (e is ChannelClosedException { InnerException: CrossChannelException lost })
                throw lost;
            throw;
        }
    }

    /// <summary>Closes a writer whose hub is lost, and counts, or takes, what that had not received.</summary>
    private async Task<long> RetireAsync(LinkChannel<T, NoItem> channel)
    {
        long unreceived = await channel.Writer.CloseAsync().ConfigureAwait(false);
        await channel.DisposeAsync().ConfigureAwait(false);
        if (!_resends)
        {
            Interlocked.Add(ref _lost, unreceived);
            return unreceived;
        }
        Queue<UnreceivedItem> taken = ((ItemSender)channel.Link.Sender).TakeUnreceived();
        unreceived = taken.Count;
        // What was to be sent again, and was not accepted there, stands behind what was.
        foreach (UnreceivedItem item in _unreceived)
            taken.Enqueue(item);
        _unreceived = taken;
        Interlocked.Exchange(ref _unreceivedCount, taken.Count);
        return unreceived;
    }

    private void OnOver()
    {
        if (_resends)
            _ = GiveUpUnreceivedAsync(Keeper.Current);
        _ended.TrySetResult(Ending ?? Keeper.Closure!.Ending);
    }

    /// <summary>Nobody sends it again: its memory is given back.</summary>
    private static async Task GiveUpUnreceivedAsync(LinkChannel<T, NoItem> last)
    {
        await last.Closed.ConfigureAwait(false);
        ((ItemSender)last.Link.Sender).TakeUnreceived();
    }
}
