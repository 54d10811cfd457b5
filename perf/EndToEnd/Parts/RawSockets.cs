using System.Net.Sockets;

namespace EndToEnd.Parts;

/// <summary>Unix sockets without anything around them, for baselines.</summary>
internal static class RawSockets
{
    public static Socket Listen(string path)
    {
        Socket socket = New();
        socket.Bind(new UnixDomainSocketEndPoint(path));
        socket.Listen();
        return socket;
    }

    public static async Task<Socket> ConnectAsync(string path)
    {
        Socket socket = New();
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        return socket;
    }

    /// <summary>Sends all of it.</summary>
    public static async ValueTask SendAllAsync(Socket socket, ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[await socket.SendAsync(bytes)..];
    }

    /// <summary>Fills the buffer.</summary>
    /// <returns>False if the other end closed before.</returns>
    public static async ValueTask<bool> ReceiveAllAsync(Socket socket, Memory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int count = await socket.ReceiveAsync(bytes);
            if (count == 0)
                return false;
            bytes = bytes[count..];
        }
        return true;
    }

    private static Socket New() => new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
}
