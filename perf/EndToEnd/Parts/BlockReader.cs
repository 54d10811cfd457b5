using System.Buffers;
using CrossChannels;

namespace EndToEnd.Parts;

/// <summary>Listens and reads large items in their pooled form.</summary>
internal sealed class BlockReader(string address, string capacity) : ListeningPart<NoItem, IMemoryOwner<byte>>(address)
{
    protected override DuplexChannelOptions<NoItem, IMemoryOwner<byte>> Options { get; } = new() { Reading = Capacity.Options(capacity) };

    protected override async Task ServeAsync(DuplexChannel<NoItem, IMemoryOwner<byte>> channel)
    {
        while (await channel.Reader.WaitToReadAsync())
        {
            while (channel.Reader.TryRead(out IMemoryOwner<byte>? block))
                block.Dispose();
        }
    }
}
