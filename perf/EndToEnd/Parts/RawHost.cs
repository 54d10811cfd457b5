using System.Net.Sockets;

namespace EndToEnd.Parts;

/// <summary>Baseline: listens and answers every greeting.</summary>
internal sealed class RawHost(string path) : RawListeningPart(path)
{
    protected override async Task ServeAsync(Socket socket)
    {
        byte[] greeting = new byte[RawGuest.GreetingBytes];
        while (await RawSockets.ReceiveAllAsync(socket, greeting))
            await RawSockets.SendAllAsync(socket, greeting);
    }
}
