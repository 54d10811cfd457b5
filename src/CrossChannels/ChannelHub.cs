using System.IO.Pipelines;
using CrossChannels.Diagnostics;
using CrossChannels.Hub;
using CrossChannels.Links;
using CrossChannels.Transports;

namespace CrossChannels;

/// <summary>Owns named channels and locks behind one address; other processes open them as <c>address#name</c>.</summary>
/// <remarks>Once it is shut down, or disposed, making anything throws <see cref="ObjectDisposedException"/>.</remarks>
public sealed partial class ChannelHub : IAsyncDisposable, IDisposable
{
    private readonly HubListener _listener;
    private readonly HubDirectory _directory;
    private readonly TaskCompletionSource<long> _shutDown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _isShutDown;

    private ChannelHub(HubListener listener, HubDirectory directory, HubOptions options)
    {
        _listener = listener;
        _directory = directory;
        Settings = options;
        Budget = new HubBudget(options.MaxBytes);
        LinkRegistry.AddOwner(this, ExitAsync, options.Connection.ExitTimeout);
        HubGauges.Add(this, directory.GetStatus);
    }

    /// <summary>Where this listens, as resolved, without the name of a channel.</summary>
    public ChannelAddress Address => _listener.Address;

    internal HubOptions Settings { get; }

    internal HubDirectory Directory => _directory;

    /// <summary>Starts a hub.</summary>
    /// <param name="address">Where to listen, without the name of a channel.</param>
    /// <param name="options">Timeouts, limits, security.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="ArgumentException">The address has the name of a channel.</exception>
    /// <exception cref="EndpointException">The address is in use, its directory is not safe, or the options do not allow it.</exception>
    public static async Task<ChannelHub> StartAsync(ChannelAddress address, HubOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.Channel is not null)
            throw new ArgumentException($"'{address}' names a channel, and a hub has many: leave '#{address.Channel}' out.", nameof(address));
        ChannelHub hub = await ListenAsync(address, options ?? HubOptions.Default, cancellationToken).ConfigureAwait(false);
        hub.Accept();
        return hub;
    }

    /// <summary>Serves a connection that somebody else accepted, such as a WebSocket of a web server, as one that came to the hub's address.</summary>
    /// <param name="connection">The connection. Both halves are completed, and an <see cref="IAsyncDisposable"/> one is disposed, when it is closed.</param>
    /// <param name="peer">Who is at the other end, for messages. Whoever accepted the connection has authenticated it.</param>
    /// <returns>Done when the connection is closed, by either side or because the hub was shut down; never faults.</returns>
    /// <remarks>One that is too many, by <see cref="ConnectionOptions.MaxLinks"/>, waits; those that came to the address do not count.</remarks>
    public Task ServeAsync(IDuplexPipe connection, string peer)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentException.ThrowIfNullOrEmpty(peer);
        return _listener.ServeAsync(new PipeTransportConnection(connection, peer));
    }

    /// <summary>Takes no more connections, completes its channels, lets remote readers drain them up to <see cref="HubOptions.DrainTimeout"/>, and closes. Never throws.</summary>
    public async ValueTask DisposeAsync() => await ShutDownAsync(Settings.DrainTimeout).ConfigureAwait(false);

    /// <summary>Closes without waiting for remote readers.</summary>
    public void Dispose() => _ = ShutDownAsync(TimeSpan.Zero);

    /// <summary>As <see cref="DisposeAsync"/>, with a deadline of its own.</summary>
    /// <param name="drainTimeout">How long remote readers may drain what is queued. Zero does not wait.</param>
    /// <returns>How many items were left in all channels. A later call waits for the first one, whose deadline stands.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative and not infinite.</exception>
    public async Task<long> ShutDownAsync(TimeSpan drainTimeout)
    {
        TimeoutRange.Check(drainTimeout, nameof(drainTimeout));
        if (Interlocked.Exchange(ref _isShutDown, 1) != 0)
            return await _shutDown.Task.ConfigureAwait(false);
        HubGauges.Remove(this);
        long left = 0;
        try
        {
            drainTimeout = await WaitForGivenAsync(_directory.Objects, drainTimeout).ConfigureAwait(false);
            await _listener.DisposeAsync().ConfigureAwait(false);
            long[] all = await Task.WhenAll(_directory.Close().Select(item => item.CloseAsync(drainTimeout).AsTask())).ConfigureAwait(false);
            left = all.Sum();
        }
        finally
        {
            LinkRegistry.RemoveOwner(this);
            _shutDown.TrySetResult(left);
        }
        return left;
    }

    /// <summary>Makes a hub whose peers wait until it accepts, so that they find what is made meanwhile.</summary>
    internal static async Task<ChannelHub> ListenAsync(ChannelAddress address, HubOptions options, CancellationToken cancellationToken)
    {
        LaneWish wish = LanePolicy.Of(address, options.Connection);
        ITransportListener transport = await Transport.ListenAsync(address, options.Connection, cancellationToken).ConfigureAwait(false);
        // The path of its socket alone would not say that items go by shared memory.
        ChannelAddress resolved = (address.Scheme == ChannelScheme.SharedMemory ? address : transport.Address).WithChannel(null);
        var directory = new HubDirectory(options.Connection, resolved);
        return new ChannelHub(new HubListener(transport, resolved, wish, directory, options), directory, options);
    }

    internal void Accept() => _listener.Start();

    private Task ExitAsync()
    {
        foreach (HubObject item in _directory.Objects)
            item.BeginExit();
        return ShutDownAsync(Settings.Connection.ExitTimeout);
    }
}
