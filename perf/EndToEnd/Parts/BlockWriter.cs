using CrossChannels;

namespace EndToEnd.Parts;

/// <summary>Writes large items from one block of memory.</summary>
internal sealed class BlockWriter(string address) : ConnectingPart<ReadOnlyMemory<byte>, NoItem>(address)
{
    public const int BlockBytes = 1 << 20;

    private const int BlocksPerLook = 8;

    private readonly byte[] _block = new byte[BlockBytes];

    public override async Task<double[]> RunAsync(TimeSpan duration)
    {
        double[] blocks = await ItemLoops.WriteAsync<ReadOnlyMemory<byte>>(
            Channel.Writer, _block, _block, BlocksPerLook, () => Channel.Writer.JoinAsync().AsTask(), duration);
        return [blocks[0] * BlockBytes, blocks[1]];
    }
}
