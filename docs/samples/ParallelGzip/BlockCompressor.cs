using System.IO.Compression;

namespace ParallelGzip;

/// <summary>Makes members of blocks; one a worker, in a process of its own or not.</summary>
internal sealed class BlockCompressor(CompressionLevel level) : IDisposable
{
    // GZipStream writes nothing at all for no input.
    private static readonly byte[] s_emptyMember = Convert.FromHexString("1f8b080000000000000303000000000000000000");

    private readonly MemoryStream _buffer = new(BlockChannel.BlockBytes);

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
