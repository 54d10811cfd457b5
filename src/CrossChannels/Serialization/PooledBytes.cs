using System.Buffers;
using CrossChannels.Buffers;

namespace CrossChannels.Serialization;

/// <summary>A copy of bytes in a rented array, exactly as long as they are.</summary>
internal sealed class PooledBytes : IMemoryOwner<byte>
{
    private readonly int _length;
    private byte[]? _array;

    public PooledBytes(ReadOnlySpan<byte> bytes)
    {
        _length = bytes.Length;
        _array = BufferPool.Rent(bytes.Length, nameof(PooledBytes));
        bytes.CopyTo(_array);
    }

    /// <inheritdoc/>
    public Memory<byte> Memory
    {
        get
        {
            byte[]? array = _array;
            ObjectDisposedException.ThrowIf(array is null, this);
            return array.AsMemory(0, _length);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _array, null) is { } array)
            BufferPool.Return(array);
    }
}
