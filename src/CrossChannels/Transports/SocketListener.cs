using System.Net.Sockets;

namespace CrossChannels.Transports;

/// <summary>A listening socket, which it owns.</summary>
internal abstract class SocketListener(Socket socket, ChannelAddress address) : ITransportListener
{
    /// <summary>How many connections may wait to be accepted.</summary>
    protected const int Backlog = 512;

    private readonly Socket _socket = socket;
    private int _disposed;

    public ChannelAddress Address { get; } = address;

    private bool IsDisposed => Volatile.Read(ref _disposed) != 0;

    public async ValueTask<TransportConnection> AcceptAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            ObjectDisposedException.ThrowIf(IsDisposed, this);
            try
            {
                Socket accepted = DescriptorReserve.Check(await _socket.AcceptAsync(cancellationToken).ConfigureAwait(false));
                try
                {
                    return Wrap(accepted);
                }
                catch
                {
                    accepted.Dispose();
                    throw;
                }
            }
            catch (Exception e) when (IsDisposed && e is SocketException or ObjectDisposedException)
            {
                throw new ObjectDisposedException($"The listener at {Address} was disposed.", e);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionAborted or SocketError.ConnectionReset)
            {
                // The peer gave up before it was accepted.
            }
            catch (SocketException e)
            {
                throw new IOException($"{Address} cannot accept connections for now: {e.Message}", e);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            try
            {
                await CloseAsync(_socket).ConfigureAwait(false);
            }
            finally
            {
                _socket.Dispose();
            }
        }
    }

    /// <summary>Makes a connection of an accepted socket.</summary>
    protected abstract TransportConnection Wrap(Socket accepted);

    /// <summary>Closes the socket and what goes with it. Does not throw.</summary>
    protected virtual ValueTask CloseAsync(Socket socket)
    {
        socket.Dispose();
        return default;
    }
}
