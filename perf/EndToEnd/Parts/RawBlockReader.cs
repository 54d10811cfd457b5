using System.Net.Sockets;

namespace EndToEnd.Parts;

/// <summary>Baseline: receives blocks into one buffer and answers the last of a round.</summary>
internal sealed class RawBlockReader(string path) : RawListeningPart(path)
{
    protected override async Task ServeAsync(Socket socket)
    {
        byte[] block = new byte[BlockWriter.BlockBytes];
        while (await RawSockets.ReceiveAllAsync(socket, block))
        {
            if (block[0] == RawBlockWriter.Last)
                await socket.SendAsync(block.AsMemory(0, 1));
        }
    }
}
