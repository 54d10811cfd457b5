using System.Net.Sockets;
using System.Net.WebSockets;

namespace CrossChannels.Multiplexing.Tests;

/// <summary>Connections of two ends in this process, which multiplexers may own.</summary>
internal static class Connections
{
    /// <summary>A connected pair of Unix sockets.</summary>
    public static async Task<(Socket First, Socket Second)> SocketsAsync()
    {
        using var directory = new TempDirectory();
        var endpoint = new UnixDomainSocketEndPoint(directory["s"]);
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(endpoint);
        listener.Listen();
        var first = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await first.ConnectAsync(endpoint).Done();
        return (first, await listener.AcceptAsync().Done());
    }

    /// <summary>The same as streams.</summary>
    public static async Task<(Stream First, Stream Second)> StreamsAsync()
    {
        (Socket first, Socket second) = await SocketsAsync();
        return (new NetworkStream(first, ownsSocket: true), new NetworkStream(second, ownsSocket: true));
    }

    /// <summary>A server's and a client's WebSocket, over Unix sockets.</summary>
    public static async Task<(WebSocket Server, WebSocket Client)> WebSocketsAsync()
    {
        (Stream first, Stream second) = await StreamsAsync();
        return (
            WebSocket.CreateFromStream(first, new WebSocketCreationOptions { IsServer = true }),
            WebSocket.CreateFromStream(second, new WebSocketCreationOptions { IsServer = false }));
    }
}
