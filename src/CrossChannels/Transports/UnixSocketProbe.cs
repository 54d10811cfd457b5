using System.Net.Sockets;

namespace CrossChannels.Transports;

/// <summary>What is at the path of a Unix socket.</summary>
internal enum UnixSocketState
{
    /// <summary>Nothing.</summary>
    Free,

    /// <summary>A socket whose owner is gone.</summary>
    Dead,

    /// <summary>A socket that a process listens on, or that answers in an unknown way.</summary>
    Live,
}

/// <summary>Looks at the path of a Unix socket.</summary>
internal static class UnixSocketProbe
{
    /// <summary>Says whether a process listens. A listener sees a connection that ends at once.</summary>
    /// <exception cref="EndpointException">It is not a socket, or this process may not look.</exception>
    public static UnixSocketState Probe(string path)
    {
        if (!HasSocket(path))
            return UnixSocketState.Free;

        Socket? socket = null;
        try
        {
            // Blocking, it would wait while the queue of a live listener is full.
            socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return UnixSocketState.Live;
        }
        catch (SocketException e) when (SystemFailure.IsOutOfFiles(e))
        {
            throw SystemFailure.Explain($"Cannot see whether a process listens at unix:{path}", Path.GetDirectoryName(path)!, e);
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode == SocketError.ConnectionRefused ? UnixSocketState.Dead
                : HasSocket(path) ? UnixSocketState.Live
                : UnixSocketState.Free;
        }
        finally
        {
            socket?.Dispose();
        }
    }

    /// <summary>Whether a socket is there; false if nothing is.</summary>
    /// <exception cref="EndpointException">Something else is there, or this process may not look.</exception>
    public static bool HasSocket(string path) => UnixFileStatus.Read(path) switch
    {
        null => false,
        { IsSocket: true } => true,
        { IsSymbolicLink: true } => throw new EndpointException(
            $"'{path}' is a symbolic link, and links are not followed. Use the path that it leads to, or remove it."),
        _ => throw new EndpointException($"'{path}' exists and is not a socket. It is left alone: remove it, or use another path."),
    };
}
