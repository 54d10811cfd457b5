using System.Threading.Channels;
using CrossChannels.Channels;
using CrossChannels.Diagnostics;
using CrossChannels.Transports;

namespace CrossChannels;

/// <summary>An endpoint at which other processes connect; each accepted connection is a channel of its own.</summary>
/// <typeparam name="TWrite">The items that this end writes.</typeparam>
/// <typeparam name="TRead">The items that this end reads.</typeparam>
public sealed class DuplexChannelListener<TWrite, TRead> : IAsyncDisposable, IDisposable
{
    private readonly LinkChannelFactory<TWrite, TRead> _factory;
    private readonly ChannelAddress _address;
    private readonly Channel<DuplexChannel<TWrite, TRead>> _accepted = Channel.CreateUnbounded<DuplexChannel<TWrite, TRead>>();
    private readonly AcceptLoop _loop;
    private int _isDisposed;

    internal DuplexChannelListener(ITransportListener listener, LinkChannelFactory<TWrite, TRead> factory, string? channel)
    {
        _factory = factory;
        _address = listener.Address.WithChannel(channel);
        _loop = new AcceptLoop(listener, factory.Settings, GreetAsync);
    }

    /// <summary>Where this listens, as resolved: a port that the system chose is in it.</summary>
    public ChannelAddress Address => _address;

    /// <summary>The connections whose greeting went well. Completes when the listener is disposed.</summary>
    public ChannelReader<DuplexChannel<TWrite, TRead>> Accepted => _accepted.Reader;

    /// <summary>Takes the next connection.</summary>
    /// <exception cref="ChannelClosedException">The listener was disposed.</exception>
    public async ValueTask<DuplexChannel<TWrite, TRead>> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await WaitForAcceptedAsync(cancellationToken).ConfigureAwait(false))
        {
            if (_accepted.Reader.TryRead(out DuplexChannel<TWrite, TRead>? channel))
                return channel;
        }
        throw new ChannelClosedException();
    }

    /// <summary>Stops to listen and frees the address. Accepted channels live on; those that nobody has taken are aborted.</summary>
    public async ValueTask DisposeAsync()
    {
        Dispose();
        await _loop.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Stops as <see cref="DisposeAsync"/> does, without waiting.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
            return;
        _loop.Stop();
        _accepted.Writer.TryComplete();
        while (_accepted.Reader.TryRead(out DuplexChannel<TWrite, TRead>? channel))
            channel.Abort("The listener was disposed before it took the connection.");
    }

    /// <summary>A wait of its own: the built-in channel keeps its last caller, which must not be one that knows the accepted channel.</summary>
    private async Task<bool> WaitForAcceptedAsync(CancellationToken cancellationToken) =>
        await _accepted.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false);

    private async Task GreetAsync(TransportConnection connection, Action greeted, CancellationToken stopping)
    {
        LinkChannel<TWrite, TRead>? channel = null;
        Exception? failure = null;
        try
        {
            channel = await _factory.StartAsync(connection, offersLane: _address.Scheme == ChannelScheme.SharedMemory, stopping).ConfigureAwait(false);
            await channel.WaitForPeerAsync(stopping).ConfigureAwait(false);
            if (!_accepted.Writer.TryWrite(channel))
                channel.Abort("The listener was disposed before it took the connection.");
        }
        catch (Exception e)
        {
            channel?.Abort("The listener was disposed during the greeting.");
            failure = e;
        }
        greeted();
        // The channel itself is let go, so that it is collected, and its link closed, when its user loses it.
        Task? closed = channel?.Closed;
        channel = null;
        if (closed is not null)
            await closed.ConfigureAwait(false);
        if (failure is not null)
            Log.GreetingFailed(_factory.Settings.Logger, connection.RemoteEndpoint, failure);
    }
}
