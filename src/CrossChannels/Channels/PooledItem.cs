using System.Buffers;
using CrossChannels.Links;

namespace CrossChannels.Channels;

/// <summary>An item that stays in the memory in which it arrived until its reader disposes it.</summary>
internal sealed class PooledItem(ItemSlice slice) : IMemoryOwner<byte>
{
    private int _isDisposed;

    public Memory<byte> Memory
    {
        get
        {
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) != 0, this);
            return slice.Memory;
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
            slice.Release();
    }
}
