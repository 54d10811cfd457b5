using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace ParallelGzip;

/// <summary>Cuts a stream into blocks and hashes it on the way.</summary>
internal sealed class BlockSource(Stream input) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public long Bytes { get; private set; }

    /// <summary>SHA-256 of what was read.</summary>
    public byte[] Hash => _hash.GetCurrentHash();

    /// <summary>Yields the blocks; one empty block for an empty input, so that the output is a valid file.</summary>
    public async IAsyncEnumerable<byte[]> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        int length;
        do
        {
            byte[] block = GC.AllocateUninitializedArray<byte>(BlockChannel.BlockBytes);
            // A read of a named pipe that nobody writes to cannot be canceled, only left alone.
            length = await input.ReadAtLeastAsync(block, block.Length, throwOnEndOfStream: false, cancellationToken).AsTask().WaitAsync(cancellationToken);
            if (length == 0 && Bytes > 0)
                break;
            _hash.AppendData(block, 0, length);
            Bytes += length;
            yield return length == block.Length ? block : block[..length];
        }
        while (length == BlockChannel.BlockBytes);
    }

    public void Dispose() => _hash.Dispose();
}
