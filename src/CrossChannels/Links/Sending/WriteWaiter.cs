using System.Diagnostics;
using CrossChannels.Buffers;
using CrossChannels.Threading;

namespace CrossChannels.Links;

/// <summary>A caller that waits to write one item; it keeps a copy of the item's bytes.</summary>
internal sealed class WriteWaiter(RankedLock sync, WaiterPool pool) : Waiter(sync, pool)
{
    private const int MaxKeptBytes = 256;

    private byte[] _bytes = [];
    private int _length;

    /// <summary>The bytes, in wire form; a null item has <see cref="IsNull"/> set and none.</summary>
    public ReadOnlySpan<byte> Item => _bytes.AsSpan(0, _length);

    public bool IsNull { get; private set; }

    /// <summary>A large item in the caller's own memory, which is written from there; the caller waits until that is done.</summary>
    public ReadOnlyMemory<byte> Large { get; set; }

    /// <summary>An item that its program has filled in the lane; null for any other.</summary>
    public RentedMemory? Rented { get; set; }

    /// <summary>The trace that the item belongs to; default for none.</summary>
    public ActivityContext Trace { get; set; }

    public int Length => Rented is { } rented ? rented.Length : Large.IsEmpty ? _length : Large.Length;

    public void SetItem(ReadOnlySpan<byte> item, bool isNull)
    {
        if (_bytes.Length < item.Length)
            _bytes = item.Length <= MaxKeptBytes ? new byte[MaxKeptBytes] : BufferPool.Rent(item.Length, nameof(WriteWaiter));
        item.CopyTo(_bytes);
        _length = item.Length;
        IsNull = isNull;
    }

    private protected override void Recycle()
    {
        Large = default;
        Rented = null;
        Trace = default;
        if (_bytes.Length > MaxKeptBytes)
        {
            BufferPool.Return(_bytes);
            _bytes = [];
        }
        base.Recycle();
    }
}
