using System.Buffers;
using System.Runtime.InteropServices;

namespace CrossChannels.Links;

/// <summary>An item that stays in the memory of its lane, where its writer filled it, until its reader gives it back. Keeps the lane mapped until then.</summary>
/// <param name="lane">Entered once for this.</param>
/// <param name="start">Its first byte.</param>
/// <param name="length">In bytes.</param>
/// <param name="returned">Where the writer looks whether it is given back.</param>
/// <param name="number">What it then finds there.</param>
/// <param name="watch">Whether it is lost.</param>
internal sealed unsafe class LentMemory(SafeHandle lane, nint start, int length, nint returned, long number, LossWatch? watch) : MemoryManager<byte>
{
    private int _isReturned;

    public int Length => length;

    public override Span<byte> GetSpan()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _isReturned) != 0, typeof(IMemoryOwner<byte>));
        return new Span<byte>((byte*)start, length);
    }

    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)GetSpan().Length, nameof(elementIndex));
        return new MemoryHandle((byte*)start + elementIndex, pinnable: this);
    }

    public override void Unpin()
    {
    }

    /// <summary>The writer may use it again.</summary>
    public void Return()
    {
        if (Interlocked.Exchange(ref _isReturned, 1) != 0)
            return;
        watch?.Dispose();
        Volatile.Write(ref *(long*)returned, number);
        lane.DangerousRelease();
    }

    protected override void Dispose(bool disposing) => Return();
}
