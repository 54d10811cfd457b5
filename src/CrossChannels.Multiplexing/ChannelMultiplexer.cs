using System.Net.WebSockets;
using Nerdbank.Streams;

namespace CrossChannels.Multiplexing;

/// <summary>Makes multiplexers that fit channels: protocol version 3, which has windows, and a connection that cannot hold their disposal.</summary>
/// <remarks>Each side makes one over its end of the connection; then one offers channels and the other accepts them, see <see cref="MultiplexingStreamExtensions"/>.</remarks>
public static class ChannelMultiplexer
{
    /// <summary>Makes a multiplexer over a stream that goes both ways, such as a <c>NetworkStream</c> or an <c>SslStream</c>.</summary>
    /// <param name="stream">The connection, which the multiplexer owns.</param>
    /// <param name="options">Version, window, timeouts.</param>
    /// <param name="cancellationToken">Ends the handshake that versions 1 and 2 have.</param>
    /// <exception cref="ArgumentException">The stream cannot be read or written.</exception>
    /// <exception cref="LinkRefusedException">The peer speaks another version, or something else.</exception>
    /// <exception cref="LinkTimeoutException">The handshake took longer than <see cref="ConnectionOptions.GreetingTimeout"/>.</exception>
    /// <exception cref="ConnectionLostException">The connection broke during the handshake.</exception>
    public static Task<MultiplexingStream> CreateAsync(Stream stream, MultiplexerOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return CreateAsync(stream, stream, options, cancellationToken);
    }

    /// <summary>Makes a multiplexer over two streams, such as the standard input and output of a child process.</summary>
    /// <param name="input">What the peer writes.</param>
    /// <param name="output">What the peer reads. The multiplexer owns both.</param>
    /// <param name="options">Version, window, timeouts.</param>
    /// <param name="cancellationToken">Ends the handshake that versions 1 and 2 have.</param>
    /// <inheritdoc cref="CreateAsync(Stream, MultiplexerOptions?, CancellationToken)" path="/exception"/>
    public static Task<MultiplexingStream> CreateAsync(Stream input, Stream output, MultiplexerOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        if (!input.CanRead || !output.CanWrite)
            throw new ArgumentException("The input cannot be read, or the output cannot be written. Are the two streams swapped?", input.CanRead ? nameof(output) : nameof(input));
        return CreateAsync(input, output, null, options ?? new(), isSuspended: false, cancellationToken);
    }

    /// <summary>Makes a multiplexer over a WebSocket, of a client or a server. Disposing the multiplexer closes it, within <see cref="ConnectionOptions.CloseTimeout"/>.</summary>
    /// <param name="webSocket">The connection, which the multiplexer owns: open, and used by nobody else.</param>
    /// <param name="options">Version, window, timeouts.</param>
    /// <param name="cancellationToken">Ends the handshake that versions 1 and 2 have.</param>
    /// <inheritdoc cref="CreateAsync(Stream, MultiplexerOptions?, CancellationToken)" path="/exception"/>
    public static Task<MultiplexingStream> CreateAsync(WebSocket webSocket, MultiplexerOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(webSocket);
        options ??= new();
        var stream = WebSocketStream.Create(webSocket, WebSocketMessageType.Binary, options.Connection.CloseTimeout);
        return CreateAsync(stream, stream, webSocket.Abort, options, isSuspended: false, cancellationToken);
    }

    /// <summary>Connects to an address where <see cref="AcceptAsync"/> waits, with the checks of who listens there that every end makes.</summary>
    /// <param name="address">Where; waits for the other side up to <see cref="ConnectionOptions.ConnectTimeout"/>.</param>
    /// <param name="options">Version, window, timeouts, security.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="LinkTimeoutException">Nobody listened in time.</exception>
    /// <exception cref="LinkRefusedException">The peer is not to be trusted, or speaks another version.</exception>
    /// <exception cref="EndpointException">The options do not allow the address.</exception>
    public static async Task<MultiplexingStream> ConnectAsync(ChannelAddress address, MultiplexerOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new();
        return await CreateAsync(await CrossChannel.ConnectStreamAsync(address, options.Connection, cancellationToken).ConfigureAwait(false), options, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Listens for one peer, which comes by <see cref="ConnectAsync"/>, and stops listening when it has come.</summary>
    /// <param name="address">Where to listen.</param>
    /// <param name="options">Version, window, timeouts, security.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="LinkRefusedException">The peer that came is not to be trusted, or speaks another version.</exception>
    /// <exception cref="EndpointException">The address is in use, its directory is not safe, or the options do not allow it.</exception>
    public static async Task<MultiplexingStream> AcceptAsync(ChannelAddress address, MultiplexerOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new();
        return await CreateAsync(await CrossChannel.AcceptStreamAsync(address, options.Connection, cancellationToken).ConfigureAwait(false), options, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A multiplexer that reads nothing before it is told to.</summary>
    internal static Task<MultiplexingStream> CreateSuspendedAsync(Stream stream, MultiplexerOptions options, CancellationToken cancellationToken) =>
        CreateAsync(stream, stream, null, options, isSuspended: true, cancellationToken);

    private static async Task<MultiplexingStream> CreateAsync(
        Stream input, Stream output, Action? abort, MultiplexerOptions options, bool isSuspended, CancellationToken cancellationToken)
    {
        ConnectionOptions settings = options.Connection;
        using var deadline = new CancellationTokenSource(settings.GreetingTimeout, settings.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        var transport = new TransportStream(input, output, abort, settings, either.Token);
        try
        {
            MultiplexingStream multiplexer = await MultiplexingStream.CreateAsync(transport, options.ToPackage(isSuspended), either.Token).ConfigureAwait(false);
            MultiplexerFate.Know(multiplexer, transport);
            return multiplexer;
        }
        catch (Exception e)
        {
            await transport.DisposeAsync().ConfigureAwait(false);
            switch (e)
            {
                case OperationCanceledException when !cancellationToken.IsCancellationRequested:
                    throw new LinkTimeoutException($"The peer did not take part in the handshake of the multiplexer within GreetingTimeout, {settings.GreetingTimeout.TotalSeconds:0.###} s.", e);
                case OperationCanceledException:
                    throw;
                case IOException or ObjectDisposedException:
                    throw new ConnectionLostException($"The connection broke during the handshake of the multiplexer: {e.Message}", e);
                default:
                    // Of the package, or of the reader inside it.
                    throw new LinkRefusedException($"The peer speaks no multiplexer of version {options.ProtocolVersion}: {e.Message}", e);
            }
        }
    }
}
