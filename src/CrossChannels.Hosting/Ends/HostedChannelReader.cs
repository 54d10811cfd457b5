using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace CrossChannels.Hosting;

/// <summary>Reads a channel that the host keeps open: when its hub goes away, reads wait for the next one.</summary>
/// <typeparam name="T">The item type.</typeparam>
/// <remarks>It ends only when the channel is completed or aborted, or the host stops. Items may be missing after a hub was lost: <see cref="GapCount"/> and <see cref="ChannelEndOptions.OnReopened"/> tell it.</remarks>
public sealed class HostedChannelReader<T> : ChannelReader<T>
{
    private readonly HostedEnd<CrossChannelReader<T>> _end;
    private readonly Task _completion;

    internal HostedChannelReader(
        string name, string what, string category, ChannelEndOptions options, Func<ChannelAddress, ConnectionOptions, CancellationToken, Task<CrossChannelReader<T>>> open,
        HostingContext context)
    {
        var recipe = new EndRecipe<CrossChannelReader<T>>(what, open, static reader => reader.Completion, static reader => reader.Ending, CloseAsync);
        _end = new HostedEnd<CrossChannelReader<T>>(name, recipe, options, context.Services, context.LoggerOf($"{category}.{name}"));
        _completion = CompleteAsync();
    }

    internal static HostedChannelReader<T> OfItems(string name, ChannelEndOptions<T> options, HostingContext context) => new(
        name,
        "reader",
        "CrossChannels.Reader",
        options,
        (address, connection, cancellationToken) => CrossChannel.OpenReaderAsync(address, options.Items, connection, cancellationToken),
        context);

    internal IHostedEnd End => _end;

    /// <summary>The name that the channel is registered by.</summary>
    public string Name => _end.Name;

    /// <summary>Where the channel is.</summary>
    public ChannelAddress Address => _end.Address;

    /// <summary>Whether the hub is there.</summary>
    public bool IsOpen => _end.IsOpen;

    /// <summary>Why the channel is over for good; <see langword="null"/> while it is not.</summary>
    public Ending? Ending => _end.Ending;

    /// <inheritdoc cref="CrossChannelReader{T}.GapCount"/>
    public int GapCount => _end.End?.GapCount ?? 0;

    /// <inheritdoc/>
    public override Task Completion => _completion;

    /// <inheritdoc/>
    public override bool CanCount => true;

    /// <summary>The items that are here to be read now.</summary>
    public override int Count => _end.End is { CanCount: true } reader ? reader.Count : 0;

    /// <inheritdoc/>
    public override bool CanPeek => true;

    /// <inheritdoc/>
    public override bool TryRead([MaybeNullWhen(false)] out T item)
    {
        if (_end.End is { } reader)
            return reader.TryRead(out item);
        item = default;
        return false;
    }

    /// <inheritdoc/>
    public override bool TryPeek([MaybeNullWhen(false)] out T item)
    {
        if (_end.End is { } reader)
            return reader.TryPeek(out item);
        item = default;
        return false;
    }

    /// <summary>Reads the next item; waits for one, and for a hub.</summary>
    /// <exception cref="ChannelClosedException">The channel is over, or the host has stopped.</exception>
    public override ValueTask<T> ReadAsync(CancellationToken cancellationToken = default) =>
        _end.End is { } reader ? reader.ReadAsync(cancellationToken) : ReadFirstAsync(cancellationToken);

    /// <summary>Waits until there may be an item to read.</summary>
    /// <returns>False when the channel is completed, or the host has stopped.</returns>
    public override async ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default)
    {
        CrossChannelReader<T> reader;
        try
        {
            reader = await _end.GetAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException e)
        {
            return e.InnerException is { } error ? throw error : false;
        }
        try
        {
            return await reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ReaderClosedException) when (_end.IsStopped)
        {
            return false;
        }
    }

    /// <summary>Reads the next item.</summary>
    /// <returns>The item, and what is canceled when the hub that it came from is lost.</returns>
    internal async ValueTask<(T Item, CancellationToken Lost)> ReadFromAsync(CancellationToken cancellationToken)
    {
        CrossChannelReader<T> reader = await _end.GetAsync(cancellationToken).ConfigureAwait(false);
        while (true)
        {
            CancellationToken lost = _end.Lost;
            if (!lost.IsCancellationRequested && reader.TryRead(out T? item))
                return (item, lost);
            try
            {
                if (!await reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
                    throw new ChannelClosedException();
            }
            catch (CrossChannelException e)
            {
                throw new ChannelClosedException(e);
            }
        }
    }

    private static async Task<long> CloseAsync(CrossChannelReader<T> reader)
    {
        await reader.DisposeAsync().ConfigureAwait(false);
        return 0;
    }

    private async ValueTask<T> ReadFirstAsync(CancellationToken cancellationToken)
    {
        CrossChannelReader<T> reader = await _end.GetAsync(cancellationToken).ConfigureAwait(false);
        return await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task CompleteAsync()
    {
        CrossChannelReader<T> reader;
        try
        {
            reader = await _end.Opened.ConfigureAwait(false);
        }
        catch (ChannelClosedException e)
        {
            if (e.InnerException is { } error)
                throw error;
            return;
        }
        try
        {
            await reader.Completion.ConfigureAwait(false);
        }
        catch (ReaderClosedException) when (_end.IsStopped)
        {
            // The host has closed it.
        }
    }
}
