using System.IO.Compression;
using CrossChannels;

namespace ParallelGzip;

/// <summary>Makes members of blocks; one a worker, in a process of its own or not.</summary>
internal sealed class BlockCompressor(CompressionLevel level) : IDisposable
{
    // GZipStream writes nothing at all for no input.
    private static readonly byte[] s_emptyMember = Convert.FromHexString("1f8b080000000000000303000000000000000000");

    private readonly MemoryStream _buffer = new(BlockChannel.BlockBytes);

    /// <summary>What a worker process does. It ends when the channel of blocks does, or with its parent.</summary>
    public static async Task RunAsync(LeasedReader<NumberedBytes> blocks, CrossChannelWriter<NumberedBytes> members, CompressionLevel level)
    {
        using var compressor = new BlockCompressor(level);
        await foreach (Lease<NumberedBytes> block in blocks.ReadAllAsync())
        {
            await members.WriteAsync(compressor.Compress(block.Item));
            // The hub has the member before it is told that the block is done: whenever this process dies, one of the two is there.
            await members.FlushAsync();
#pragma warning disable VSTHRD103 // It is queued, and nobody needs to wait for the hub's word.
            block.Complete();
#pragma warning restore VSTHRD103
        }
    }

    public NumberedBytes Compress(NumberedBytes block)
    {
        if (block.Bytes.Length == 0)
            return block with { Bytes = s_emptyMember };
        _buffer.SetLength(0);
        using (var gzip = new GZipStream(_buffer, level, leaveOpen: true))
            gzip.Write(block.Bytes);
        return block with { Bytes = _buffer.ToArray() };
    }

    public void Dispose() => _buffer.Dispose();
}
