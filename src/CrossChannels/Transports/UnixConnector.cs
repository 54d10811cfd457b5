using System.Net.Sockets;
using System.Runtime.Versioning;

namespace CrossChannels.Transports;

/// <summary>Connects to a Unix socket, at the first of several paths where somebody listens.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed class UnixConnector(params string[] paths) : ITransportConnector
{
    public string Endpoint => string.Join(" and ", paths.Select(path => $"unix:{path}"));

    public async ValueTask<ConnectAttempt> TryConnectAsync(CancellationToken cancellationToken)
    {
        ConnectAttempt first = await TryConnectAsync(paths[0], cancellationToken).ConfigureAwait(false);
        foreach (string path in paths[1..])
        {
            if (first.Connection is null
                && EndpointDirectory.IsOurs(Path.GetDirectoryName(path)!)
                && await TryConnectAsync(path, cancellationToken).ConfigureAwait(false) is { Connection: not null } other)
            {
                return other;
            }
        }

        return first;
    }

    private static async ValueTask<ConnectAttempt> TryConnectAsync(string path, CancellationToken cancellationToken)
    {
        if (!UnixEndpoint.HasSocket(path))
        {
            return new FileNotFoundException($"'{path}' does not exist.");
        }

        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken).ConfigureAwait(false);
            return new UnixConnection(socket, path);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AccessDenied)
        {
            socket.Dispose();
            throw new EndpointException($"This user may not connect to unix:{path}: {e.Message}. Both ends must run as the same user.", e);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            return e;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
