using System.IO.Pipelines;
using System.Net.WebSockets;
using Nerdbank.Streams;

namespace CrossChannels.Multiplexing;

/// <summary>One connection to a hub that has a <see cref="MultiplexedHubProtocol"/>, over which all ends that this opens go: readers, writers, leases and locks.</summary>
/// <remarks>
/// Each end is an ordinary one, with a link and a limit of its own: a reader that is slow holds nobody else. Dispose the ends first: what is open when the
/// connection is closed is lost, and says so.
/// </remarks>
public sealed class ChannelHubClient : IAsyncDisposable, IDisposable
{
    private readonly MultiplexingStream _multiplexer;
    private int _links;

    private ChannelHubClient(MultiplexingStream multiplexer, ChannelAddress address, ConnectionOptions connection)
    {
        _multiplexer = multiplexer;
        Address = address;
        Connection = connection with { ConnectCallback = OpenLinkAsync };
    }

    /// <summary>The hub's address.</summary>
    public ChannelAddress Address { get; }

    /// <summary>Options with which every function of <see cref="CrossChannel"/> that opens an end at the hub does it over this connection.</summary>
    public ConnectionOptions Connection { get; }

    /// <summary>Done when the connection has ended, whichever side did it; faults if it broke.</summary>
    public Task Completion => _multiplexer.Completion;

    /// <summary>Connects to a hub; waits for it up to <see cref="ConnectionOptions.ConnectTimeout"/>.</summary>
    /// <param name="address">The hub's address, or that of a shared channel or lock that is alone at its own.</param>
    /// <param name="connection">Timeouts, limits, security, of the connection and of every end.</param>
    /// <param name="options">The window of each link. Its timeouts are those of <paramref name="connection"/>.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="ArgumentException">The address names a channel, or the options have another version than 3.</exception>
    /// <exception cref="LinkTimeoutException">No hub listened, or none answered, in time.</exception>
    /// <exception cref="LinkRefusedException">The hub takes single links only, or the peers do not trust each other.</exception>
    /// <exception cref="EndpointException">The options do not allow the address.</exception>
    public static async Task<ChannelHubClient> ConnectAsync(
        ChannelAddress address, ConnectionOptions? connection = null, MultiplexerOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.Channel is not null)
            throw new ArgumentException($"'{address}' names one object of a hub: leave '#{address.Channel}' out.", nameof(address));
        connection ??= new();
        Stream stream = await CrossChannel.ConnectStreamAsync(address, connection, cancellationToken).ConfigureAwait(false);
        return await OverAsync(stream, address, connection, options, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Speaks to a hub over a connection that is there, such as one that <see cref="ChannelHub.ServeAsync"/> serves at its other end.</summary>
    /// <param name="stream">The connection, which the client owns.</param>
    /// <param name="address">What the hub is called in messages, and where others open ends that are given away.</param>
    /// <param name="connection">Timeouts and limits, of the connection and of every end.</param>
    /// <param name="options">The window of each link.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <inheritdoc cref="ConnectAsync" path="/exception"/>
    public static async Task<ChannelHubClient> OverAsync(
        Stream stream, ChannelAddress address, ConnectionOptions? connection = null, MultiplexerOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(address);
        connection ??= new();
        options = (options ?? new()) with { Connection = connection };
        using var deadline = new CancellationTokenSource(connection.GreetingTimeout, connection.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            return new ChannelHubClient(await MultiplexedHubProtocol.ConnectAsync(stream, $"{address}", options, either.Token).ConfigureAwait(false), address, connection);
        }
        catch (Exception e)
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            switch (e)
            {
                case OperationCanceledException when cancellationToken.IsCancellationRequested:
                    throw new OperationCanceledException(e.Message, e, cancellationToken);
                case OperationCanceledException:
                    throw new LinkTimeoutException($"The hub at {address} did not answer within GreetingTimeout, {connection.GreetingTimeout.TotalSeconds:0.###} s.", e);
                case IOException and not CrossChannelException:
                    throw new ConnectionLostException($"The connection to the hub at {address} broke before it had answered: {e.Message}", e);
                default:
                    throw;
            }
        }
    }

    /// <summary>Speaks to a hub over a WebSocket.</summary>
    /// <inheritdoc cref="OverAsync(Stream, ChannelAddress, ConnectionOptions?, MultiplexerOptions?, CancellationToken)"/>
    public static Task<ChannelHubClient> OverAsync(
        WebSocket webSocket, ChannelAddress address, ConnectionOptions? connection = null, MultiplexerOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(webSocket);
        var stream = WebSocketStream.Create(webSocket, WebSocketMessageType.Binary, (connection ?? new()).CloseTimeout);
        return OverAsync(stream, address, connection, options, cancellationToken);
    }

    /// <summary>Opens a reader of a channel of the hub.</summary>
    /// <param name="name">The channel's name; empty for the one that is alone at the address.</param>
    /// <param name="items">Serializer, contract and size of the items.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="LinkRefusedException">There is no such channel, or the two ends do not fit; the message names both.</exception>
    /// <exception cref="ConnectionLostException">The connection to the hub has ended.</exception>
    /// <exception cref="NotSupportedException">The item type cannot cross, or the channel is a rendezvous.</exception>
    public Task<CrossChannelReader<T>> OpenReaderAsync<T>(string name, ItemOptions<T>? items = null, CancellationToken cancellationToken = default) =>
        CrossChannel.OpenReaderAsync(AddressOf(name), items, Connection, cancellationToken);

    /// <summary>Opens a writer of a channel of the hub.</summary>
    /// <inheritdoc cref="OpenReaderAsync"/>
    public Task<CrossChannelWriter<T>> OpenWriterAsync<T>(string name, ItemOptions<T>? items = null, CancellationToken cancellationToken = default) =>
        CrossChannel.OpenWriterAsync(AddressOf(name), items, Connection, cancellationToken);

    /// <summary>Opens a reader of a leased channel of the hub.</summary>
    /// <inheritdoc cref="OpenReaderAsync"/>
    public Task<LeasedReader<T>> OpenLeasedReaderAsync<T>(string name, ItemOptions<T>? items = null, CancellationToken cancellationToken = default) =>
        CrossChannel.OpenLeasedReaderAsync(AddressOf(name), items, Connection, cancellationToken);

    /// <summary>Opens a lock of the hub.</summary>
    /// <param name="name">Its name; empty for the one that is alone at the address.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="LinkRefusedException">There is no such lock, or the hub refused this end.</exception>
    /// <exception cref="ConnectionLostException">The connection to the hub has ended.</exception>
    public Task<CrossLock> OpenLockAsync(string name, CancellationToken cancellationToken = default) =>
        CrossChannel.OpenLockAsync(AddressOf(name), Connection, cancellationToken);

    /// <summary>Asks the hub for its status and that of everything it owns.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="LinkRefusedException">The hub refused this end.</exception>
    /// <exception cref="ConnectionLostException">The connection to the hub has ended.</exception>
    public Task<HubStatus> GetStatusAsync(CancellationToken cancellationToken = default) =>
        CrossChannel.GetHubStatusAsync(Address, Connection, cancellationToken);

    /// <summary>Closes the connection; what is open on it is lost.</summary>
    public ValueTask DisposeAsync() => _multiplexer.DisposeAsync();

    /// <summary>As <see cref="DisposeAsync"/>, without waiting.</summary>
    public void Dispose() => _ = DisposeAsync().AsTask();

    private ChannelAddress AddressOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Length == 0 ? Address : Address.WithChannel(name);
    }

    private async ValueTask<IDuplexPipe> OpenLinkAsync(ChannelAddress address, CancellationToken cancellationToken)
    {
        string name = $"link {Interlocked.Increment(ref _links)} to {address}";
        try
        {
            return new MultiplexedPipe(await LinkOpening.OfferAsync(_multiplexer, name, Connection, cancellationToken).ConfigureAwait(false), name);
        }
        catch (LinkRefusedException e)
        {
            throw new LinkRefusedException($"The hub at {Address} takes no more links over this connection: it is shutting down, or has as many as {nameof(MultiplexedHubProtocol.MaxLinksPerConnection)} allows.", e);
        }
    }
}
