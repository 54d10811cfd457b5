using System.Globalization;
using CrossChannels;

namespace EndToEnd.Parts;

/// <summary>Writes items of bytes from one block of memory.</summary>
internal sealed class BlockWriter(string address, string bytes) : ConnectingPart<ReadOnlyMemory<byte>, NoItem>(address)
{
    /// <summary>Of a large item.</summary>
    public const int BlockBytes = 1 << 20;

    private const int BytesPerLook = 8 * BlockBytes;

    private readonly byte[] _block = new byte[int.Parse(bytes, CultureInfo.InvariantCulture)];

    /// <summary>How often the clock is looked at: as for small items, but at least once in 8 MiB.</summary>
    public static int ItemsPerLook(int bytes) => Math.Clamp(BytesPerLook / bytes, 1, ItemLoops.SmallItemsPerLook);

    public override async Task<double[]> RunAsync(TimeSpan duration)
    {
        double[] items = await ItemLoops.WriteAsync<ReadOnlyMemory<byte>>(
            Channel.Writer, _block, _block, ItemsPerLook(_block.Length), () => Channel.Writer.JoinAsync().AsTask(), duration);
        return [items[0] * _block.Length, items[1]];
    }
}
