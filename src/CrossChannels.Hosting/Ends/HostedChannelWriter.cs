using System.Threading.Channels;

namespace CrossChannels.Hosting;

/// <summary>Writes to a channel that the host keeps open: while its hub is away, writes wait; when it is back, they go on.</summary>
/// <typeparam name="T">The item type.</typeparam>
/// <remarks>
/// A write that has returned is <i>accepted</i>: it is on its way to the hub, and lost with it if the hub dies first; see <see cref="UnreceivedCount"/> and <see cref="FlushAsync"/>.
/// <see cref="PublishAsync"/> returns when the hub has the item.
/// </remarks>
public sealed class HostedChannelWriter<T> : ChannelWriter<T>
{
    private readonly EndKeeper<CrossChannelWriter<T>> _keeper;
    private long _lost;
    private int _isCompleted;
    private Exception? _completedWith;

    internal HostedChannelWriter(string name, ChannelEndOptions<T> options, HostingContext context)
    {
        var recipe = new EndRecipe<CrossChannelWriter<T>>(
            "writer",
            (address, connection, cancellationToken) => CrossChannel.OpenWriterAsync(address, options.Items, connection, cancellationToken),
            WaitForEndingAsync,
            async writer =>
            {
                long unreceived = await writer.CloseAsync().ConfigureAwait(false);
                Interlocked.Add(ref _lost, unreceived);
                return unreceived;
            });
        _keeper = new EndKeeper<CrossChannelWriter<T>>(name, recipe, options, context.Services, context.LoggerOf($"CrossChannels.Writer.{name}"));
    }

    internal IHostedEnd End => _keeper;

    /// <summary>The name that the channel is registered by.</summary>
    public string Name => _keeper.Name;

    /// <summary>Where the channel is.</summary>
    public ChannelAddress Address => _keeper.Address;

    /// <summary>Whether the hub is there. While it is not, <see cref="TryWrite"/> is false and other calls wait.</summary>
    public bool IsOpen => _keeper.IsOpen;

    /// <summary>Why the channel is over for good; <see langword="null"/> while it is not.</summary>
    public Ending? Ending => _keeper.Ending;

    /// <summary>An upper bound of the accepted items that are not known to have reached a hub: those under way, and those that were lost with one and not reported yet.</summary>
    public long UnreceivedCount => Interlocked.Read(ref _lost) + (_keeper.Current?.UnreceivedCount ?? 0);

    /// <inheritdoc/>
    public override bool TryWrite(T item) => _keeper.Current is { } writer && writer.TryWrite(item);

    /// <summary>Writes an item; waits while the channel is full, or its hub away.</summary>
    /// <exception cref="ChannelClosedException">The channel is over, or the host has stopped.</exception>
    public override ValueTask WriteAsync(T item, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellationToken);
        try
        {
            return TryWrite(item) ? default : WriteSlowlyAsync(item, cancellationToken);
        }
        catch (Exception e)
        {
            return ValueTask.FromException(e);
        }
    }

    /// <summary>Writes an item and returns when the hub has it. If the hub goes away meanwhile, the item is written again to the next one: it may then be there twice.</summary>
    /// <exception cref="ChannelClosedException">The channel is over, or the host has stopped.</exception>
    public async ValueTask PublishAsync(T item, CancellationToken cancellationToken = default)
    {
        CrossChannelWriter<T>? last = null;
        while (true)
        {
            last = await _keeper.GetAsync(last, cancellationToken).ConfigureAwait(false);
            try
            {
                await last.WriteAsync(item, cancellationToken).ConfigureAwait(false);
                await last.FlushAsync(cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (Exception e) when (IsForNext(e))
            {
                // Whether the last hub had it is not known.
            }
        }
    }

    /// <summary>Waits until there may be room for an item, and a hub for it.</summary>
    /// <returns>False when the channel is over.</returns>
    public override async ValueTask<bool> WaitToWriteAsync(CancellationToken cancellationToken = default)
    {
        CrossChannelWriter<T>? last = null;
        while (true)
        {
            try
            {
                last = await _keeper.GetAsync(last, cancellationToken).ConfigureAwait(false);
                return await last.WaitToWriteAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is ChannelClosedException or CrossChannelException && _keeper.Ending is { } over)
            {
                return over.Cause is { } error ? throw error : false;
            }
            catch (CrossChannelException e) when (IsForNext(e))
            {
                // The next hub may have room.
            }
        }
    }

    /// <summary>Waits until every item accepted so far is in the memory of the hub.</summary>
    /// <exception cref="ConnectionLostException">Items were lost with a hub; <see cref="ConnectionLostException.UnreceivedCount"/> is an upper bound. Each loss is reported once.</exception>
    /// <exception cref="CrossChannelException">The link ended before it was known.</exception>
    /// <exception cref="ChannelClosedException">The channel is over, or the host has stopped.</exception>
    public async ValueTask FlushAsync(CancellationToken cancellationToken = default)
    {
        CrossChannelWriter<T> writer = await _keeper.GetAsync(null, cancellationToken).ConfigureAwait(false);
        ThrowIfLost();
        await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Waits until every item in the channel is processed: taken by a reader, settled, or a dead letter.</summary>
    /// <inheritdoc cref="FlushAsync" path="/exception"/>
    public async ValueTask JoinAsync(CancellationToken cancellationToken = default)
    {
        CrossChannelWriter<T> writer = await _keeper.GetAsync(null, cancellationToken).ConfigureAwait(false);
        ThrowIfLost();
        await writer.JoinAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Completes this writer's part of the channel, now or as soon as its hub is there; see <see cref="CompletionPolicy"/>.</summary>
    /// <returns>Whether this was the first call, and the channel was not over.</returns>
    public override bool TryComplete(Exception? error = null)
    {
        if (_keeper.Ending is not null || Interlocked.Exchange(ref _isCompleted, 1) != 0)
            return false;
        Volatile.Write(ref _completedWith, error ?? s_clean);
        _keeper.Current?.TryComplete(error);
        return true;
    }

    private static readonly Exception s_clean = new OperationCanceledException();

    private async ValueTask WriteSlowlyAsync(T item, CancellationToken cancellationToken)
    {
        CrossChannelWriter<T>? last = null;
        while (true)
        {
            last = await _keeper.GetAsync(last, cancellationToken).ConfigureAwait(false);
            try
            {
                await last.WriteAsync(item, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (ChannelClosedException e) when (IsForNext(e))
            {
                // It was not accepted, so that the next hub gets it.
            }
        }
    }

    private Task<Ending> WaitForEndingAsync(CrossChannelWriter<T> writer)
    {
        // It was completed while there was no hub.
        if (Volatile.Read(ref _completedWith) is { } error)
            writer.TryComplete(ReferenceEquals(error, s_clean) ? null : error);
        return writer.Ended;
    }

    private void ThrowIfLost()
    {
        long lost = Interlocked.Exchange(ref _lost, 0);
        if (lost > 0)
            throw new ConnectionLostException($"Up to {lost:N0} items that were written to '{Name}' were lost when its hub ({Address}) went away; it is back.", unreceivedCount: lost);
    }

    private bool IsForNext(Exception error) =>
        _keeper.Ending is null && Volatile.Read(ref _isCompleted) == 0 && CrossChannels.Ending.FromException(error) is { } ending && EndKeeper<CrossChannelWriter<T>>.MayComeBack(ending.Kind);
}
