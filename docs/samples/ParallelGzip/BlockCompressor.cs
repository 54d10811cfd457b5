using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;
using System.Threading.Channels;

namespace ParallelGzip;

/// <summary>What a worker does, in a process of its own or not: it sees a reader and a writer of System.Threading.Channels.</summary>
internal static class BlockCompressor
{
    // GZipStream writes nothing at all for no input.
    private static readonly byte[] s_emptyMember = Convert.FromHexString("1f8b080000000000000303000000000000000000");

    [SuppressMessage("Design", "CA1031", Justification = "Whatever goes wrong here is told to the other end.")]
    public static async Task RunAsync(
        ChannelReader<byte[]> blocks, ChannelWriter<byte[]> members, CompressionLevel level, CancellationToken cancellationToken = default)
    {
        using var buffer = new MemoryStream(BlockChannel.BlockBytes);
        try
        {
            await foreach (byte[] block in blocks.ReadAllAsync(cancellationToken))
                await members.WriteAsync(Compress(block, level, buffer), cancellationToken);
            members.Complete();
        }
        catch (Exception e)
        {
            members.TryComplete(e);
        }
    }

    private static byte[] Compress(byte[] block, CompressionLevel level, MemoryStream buffer)
    {
        if (block.Length == 0)
            return s_emptyMember;
        buffer.SetLength(0);
        using (var gzip = new GZipStream(buffer, level, leaveOpen: true))
            gzip.Write(block);
        return buffer.ToArray();
    }
}
