using System.Net.Sockets;

namespace EndToEnd.Parts;

/// <summary>Baseline: listens and sends every eight bytes back.</summary>
internal sealed class RawEcho(string path) : RawListeningPart(path)
{
    protected override async Task ServeAsync(Socket socket)
    {
        byte[] bytes = new byte[sizeof(long)];
        while (await socket.ReceiveAsync(bytes.AsMemory()) > 0)
            await socket.SendAsync(bytes.AsMemory());
    }
}
