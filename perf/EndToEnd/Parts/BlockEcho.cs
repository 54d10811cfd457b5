using System.Buffers;
using CrossChannels;

namespace EndToEnd.Parts;

/// <summary>Listens and sends items of bytes back from the memory in which they arrived.</summary>
internal sealed class BlockEcho(string address) : ListeningPart<ReadOnlyMemory<byte>, IMemoryOwner<byte>>(address)
{
    protected override async Task ServeAsync(DuplexChannel<ReadOnlyMemory<byte>, IMemoryOwner<byte>> channel)
    {
        while (await channel.Reader.WaitToReadAsync())
        {
            using IMemoryOwner<byte> item = await channel.Reader.ReadAsync();
            await channel.Writer.WriteAsync(item.Memory);
        }
    }
}
