using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace CrossChannels.Hosting;

/// <summary>Reads a channel that the host keeps open: when its hub goes away, reads wait for the next one.</summary>
/// <typeparam name="T">The item type.</typeparam>
/// <remarks>It ends only when the channel is completed, or the host stops. Items may be missing after a hub was lost: <see cref="ChannelEndOptions.OnReopened"/> tells it.</remarks>
public sealed class HostedChannelReader<T> : ChannelReader<T>
{
    private readonly EndKeeper<CrossChannelReader<T>> _keeper;
    private readonly Task _completion;

    internal HostedChannelReader(
        string name, string what, string category, ChannelEndOptions options, Func<ChannelAddress, ConnectionOptions, CancellationToken, Task<CrossChannelReader<T>>> open,
        HostingContext context)
    {
        var recipe = new EndRecipe<CrossChannelReader<T>>(what, open, WaitForEndingAsync, CloseAsync);
        _keeper = new EndKeeper<CrossChannelReader<T>>(name, recipe, options, context.Services, context.LoggerOf($"{category}.{name}"));
        _completion = CompleteAsync();
    }

    internal static HostedChannelReader<T> OfItems(string name, ChannelEndOptions<T> options, HostingContext context) => new(
        name,
        "reader",
        "CrossChannels.Reader",
        options,
        (address, connection, cancellationToken) => CrossChannel.OpenReaderAsync(address, options.Items, connection, cancellationToken),
        context);

    internal IHostedEnd End => _keeper;

    /// <summary>The name that the channel is registered by.</summary>
    public string Name => _keeper.Name;

    /// <summary>Where the channel is.</summary>
    public ChannelAddress Address => _keeper.Address;

    /// <summary>Whether the hub is there.</summary>
    public bool IsOpen => _keeper.IsOpen;

    /// <summary>Why the channel is over for good; <see langword="null"/> while it is not.</summary>
    public Ending? Ending => _keeper.Ending;

    /// <inheritdoc/>
    public override Task Completion => _completion;

    /// <inheritdoc/>
    public override bool CanCount => true;

    /// <summary>The items that are here to be read now.</summary>
    public override int Count => _keeper.Current is { CanCount: true } reader ? reader.Count : 0;

    /// <inheritdoc/>
    public override bool CanPeek => true;

    /// <inheritdoc/>
    public override bool TryRead([MaybeNullWhen(false)] out T item)
    {
        if (_keeper.Current is { } reader)
            return reader.TryRead(out item);
        item = default;
        return false;
    }

    /// <inheritdoc/>
    public override bool TryPeek([MaybeNullWhen(false)] out T item)
    {
        if (_keeper.Current is { } reader)
            return reader.TryPeek(out item);
        item = default;
        return false;
    }

    /// <summary>Reads the next item; waits for one, and for a hub.</summary>
    /// <exception cref="ChannelClosedException">The channel is over, or the host has stopped.</exception>
    public override async ValueTask<T> ReadAsync(CancellationToken cancellationToken = default) =>
        (await ReadFromAsync(cancellationToken).ConfigureAwait(false)).Item;

    /// <summary>Reads the next item.</summary>
    /// <returns>The item, and what is canceled when the end that it came by is lost.</returns>
    internal async ValueTask<(T Item, CancellationToken Lost)> ReadFromAsync(CancellationToken cancellationToken)
    {
        CrossChannelReader<T>? last = null;
        while (true)
        {
            last = await _keeper.GetAsync(last, cancellationToken).ConfigureAwait(false);
            try
            {
                T item = await last.ReadAsync(cancellationToken).ConfigureAwait(false);
                return (item, _keeper.LostToken(last));
            }
            catch (ChannelClosedException e) when (IsForNext(e))
            {
                // Everything that came of the last hub is read.
            }
        }
    }

    /// <summary>Waits until there may be an item to read.</summary>
    /// <returns>False when the channel is completed, or the host has stopped.</returns>
    public override async ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default)
    {
        CrossChannelReader<T>? last = null;
        while (true)
        {
            try
            {
                last = await _keeper.GetAsync(last, cancellationToken).ConfigureAwait(false);
                return await last.WaitToReadAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is ChannelClosedException or CrossChannelException && _keeper.Ending is { } over)
            {
                return over.Cause is { } error ? throw error : false;
            }
            catch (CrossChannelException e) when (IsForNext(e))
            {
                // The next hub may have some.
            }
        }
    }

    private static async Task<Ending> WaitForEndingAsync(CrossChannelReader<T> reader)
    {
        await reader.Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return reader.Ending ?? new Ending(EndingKind.ReaderClosed);
    }

    private static async Task<long> CloseAsync(CrossChannelReader<T> reader)
    {
        await reader.DisposeAsync().ConfigureAwait(false);
        return 0;
    }

    private async Task CompleteAsync()
    {
        Ending ending = await _keeper.Over.ConfigureAwait(false);
        if (ending.Cause is { } error)
            throw error;
    }

    private bool IsForNext(Exception error) =>
        _keeper.Ending is null && CrossChannels.Ending.FromException(error) is { } ending && EndKeeper<CrossChannelReader<T>>.MayComeBack(ending.Kind);
}
