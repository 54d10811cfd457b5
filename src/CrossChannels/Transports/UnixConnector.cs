using System.Net.Sockets;
using System.Runtime.Versioning;

namespace CrossChannels.Transports;

/// <summary>Connects to a Unix socket, at the first of several paths where a process listens.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed class UnixConnector(bool allowGroup, params string[] paths) : ITransportConnector
{
    public string Endpoint => string.Join(" and ", paths.Select(path => $"unix:{path}"));

    public async ValueTask<ConnectAttempt> TryConnectAsync(CancellationToken cancellationToken)
    {
        ConnectAttempt first = await TryConnectAsync(paths[0], cancellationToken).ConfigureAwait(false);
        foreach (string path in paths[1..])
        {
            if (first.Connection is null
                && SocketDirectory.IsOurs(Path.GetDirectoryName(path)!)
                && await TryConnectAsync(path, cancellationToken).ConfigureAwait(false) is { Connection: not null } other)
            {
                return other;
            }
        }

        return first;
    }

    private async ValueTask<ConnectAttempt> TryConnectAsync(string path, CancellationToken cancellationToken)
    {
        if (!UnixSocketProbe.HasSocket(path))
            return Missing(path);

        Socket? socket = null;
        try
        {
            socket = DescriptorReserve.Check(new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified));
            uint? group = allowGroup ? UnixFileStatus.Read(path)?.GroupId : null;
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken).ConfigureAwait(false);
            return new UnixConnection(socket, path, group);
        }
        catch (SocketException e) when (SystemFailure.IsOutOfFiles(e))
        {
            socket?.Dispose();
            throw SystemFailure.Explain($"Cannot connect to unix:{path}", Path.GetDirectoryName(path)!, e);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AccessDenied)
        {
            socket?.Dispose();
            throw new EndpointException(NotAllowed(path), e);
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            return e;
        }
        catch
        {
            socket?.Dispose();
            throw;
        }
    }

    private static FileNotFoundException Missing(string path)
    {
        string directory = Path.GetDirectoryName(path)!;
        return new(UnixFileStatus.Read(directory) is null
            ? $"Its directory '{directory}' does not exist. {SocketDirectory.HowToMake(directory)}"
            : $"'{path}' does not exist.");
    }

    private static string NotAllowed(string path)
    {
        string owner = UnixFileStatus.Read(path) is { } status ? $"; it belongs to user {status.UserId} (mode {status.Permissions})" : "";
        return $"User {NativeMethods.GetEffectiveUserId()}, as whom this process runs, may not connect to unix:{path}{owner}. Both ends " +
            "must run as the same user; or, as users of one group, set " +
            $"{nameof(ConnectionOptions)}.{nameof(ConnectionOptions.AllowGroup)} at both.";
    }
}
