using System.Threading.Channels;

namespace CrossChannels.Hosting;

/// <summary>Writes to a channel that the host keeps open: while its hub is away, writes wait; when it is back, they go on.</summary>
/// <typeparam name="T">The item type.</typeparam>
/// <remarks>
/// A write that has returned is <i>accepted</i>: it is on its way to the hub, and lost with it if the hub dies first, unless <see cref="ReconnectOptions.ResendUnreceived"/> is set; see
/// <see cref="UnreceivedCount"/> and <see cref="FlushAsync"/>. <see cref="PublishAsync"/> returns when the hub has the item.
/// </remarks>
public sealed class HostedChannelWriter<T> : ChannelWriter<T>
{
    private static readonly Exception s_clean = new OperationCanceledException();

    private readonly HostedEnd<CrossChannelWriter<T>> _end;
    private Exception? _completedWith;

    internal HostedChannelWriter(string name, ChannelEndOptions<T> options, HostingContext context)
    {
        var recipe = new EndRecipe<CrossChannelWriter<T>>(
            "writer",
            (address, connection, cancellationToken) => CrossChannel.OpenWriterAsync(address, options.Items, connection, cancellationToken),
            static writer => writer.Ended,
            static writer => writer.Ending,
            static async writer => await writer.CloseAsync().ConfigureAwait(false))
        {
            Opened = OnOpened,
        };
        _end = new HostedEnd<CrossChannelWriter<T>>(name, recipe, options, context.Services, context.LoggerOf($"CrossChannels.Writer.{name}"));
    }

    internal IHostedEnd End => _end;

    /// <summary>The name that the channel is registered by.</summary>
    public string Name => _end.Name;

    /// <summary>Where the channel is.</summary>
    public ChannelAddress Address => _end.Address;

    /// <summary>Whether the hub is there. While it is not, <see cref="TryWrite"/> is false and other calls wait.</summary>
    public bool IsOpen => _end.IsOpen;

    /// <summary>Why the channel is over for good; <see langword="null"/> while it is not.</summary>
    public Ending? Ending => _end.Ending;

    /// <summary>An upper bound of the accepted items that are not known to have reached a hub: those under way, and those that were lost with one and not reported yet.</summary>
    public long UnreceivedCount => _end.End?.UnreceivedCount ?? 0;

    /// <inheritdoc/>
    public override bool TryWrite(T item) => _end.End is { } writer && writer.TryWrite(item);

    /// <summary>Writes an item; waits while the channel is full, or its hub away.</summary>
    /// <exception cref="ChannelClosedException">The channel is over, or the host has stopped.</exception>
    public override ValueTask WriteAsync(T item, CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled(cancellationToken)
        : _end.End is { } writer ? writer.WriteAsync(item, cancellationToken)
        : WriteFirstAsync(item, cancellationToken);

    /// <summary>Writes an item and returns when the hub has it. If the hub goes away meanwhile, the item is written again to the next one: it may then be there twice.</summary>
    /// <exception cref="ChannelClosedException">The channel is over, or the host has stopped.</exception>
    public async ValueTask PublishAsync(T item, CancellationToken cancellationToken = default)
    {
        CrossChannelWriter<T> writer = await _end.GetAsync(cancellationToken).ConfigureAwait(false);
        await writer.PublishAsync(item, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Waits until there may be room for an item, and a hub for it.</summary>
    /// <returns>False when the channel is over.</returns>
    public override async ValueTask<bool> WaitToWriteAsync(CancellationToken cancellationToken = default)
    {
        CrossChannelWriter<T> writer;
        try
        {
            writer = await _end.GetAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException e)
        {
            return e.InnerException is { } error ? throw error : false;
        }
        return await writer.WaitToWriteAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Waits until every item accepted so far is in the memory of the hub.</summary>
    /// <exception cref="ConnectionLostException">Items were lost with a hub; <see cref="ConnectionLostException.UnreceivedCount"/> is an upper bound. Each loss is reported once.</exception>
    /// <exception cref="CrossChannelException">The link ended before it was known.</exception>
    /// <exception cref="ChannelClosedException">The channel is over, or the host has stopped.</exception>
    public async ValueTask FlushAsync(CancellationToken cancellationToken = default)
    {
        CrossChannelWriter<T> writer = await _end.GetAsync(cancellationToken).ConfigureAwait(false);
        await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Waits until every item in the channel is processed: taken by a reader, settled, or a dead letter.</summary>
    /// <inheritdoc cref="FlushAsync" path="/exception"/>
    public async ValueTask JoinAsync(CancellationToken cancellationToken = default)
    {
        CrossChannelWriter<T> writer = await _end.GetAsync(cancellationToken).ConfigureAwait(false);
        await writer.JoinAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Completes this writer's part of the channel, now or as soon as its hub is there; see <see cref="CompletionPolicy"/>.</summary>
    /// <returns>Whether this was the first call, and the channel was not over.</returns>
    public override bool TryComplete(Exception? error = null)
    {
        if (_end.Ending is not null || Interlocked.CompareExchange(ref _completedWith, error ?? s_clean, null) is not null)
            return false;
        // Before the first hub is there it is told when it is: see OnOpened.
        _end.End?.TryComplete(error);
        return true;
    }

    private async ValueTask WriteFirstAsync(T item, CancellationToken cancellationToken)
    {
        CrossChannelWriter<T> writer = await _end.GetAsync(cancellationToken).ConfigureAwait(false);
        await writer.WriteAsync(item, cancellationToken).ConfigureAwait(false);
    }

    private void OnOpened(CrossChannelWriter<T> writer)
    {
        if (Volatile.Read(ref _completedWith) is { } error)
            writer.TryComplete(ReferenceEquals(error, s_clean) ? null : error);
    }
}
