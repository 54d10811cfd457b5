using System.Buffers;

namespace EndToEnd.Parts;

/// <summary>Serialized records, each with its length before it, on their way from one thread to the other.</summary>
internal sealed class RecordBuffer : IBufferWriter<byte>
{
    private const int Size = 64 * 1024;
    private const int LargestRecord = 4 * 1024;

    private readonly byte[] _bytes = new byte[Size];

    public int Length { get; private set; }

    public bool IsFull => Length > Size - LargestRecord;

    /// <summary>What was written, from the start.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public void Clear() => Length = 0;

    /// <summary>Sets what was written before; for a length that is known after what it counts.</summary>
    public Span<byte> At(int offset) => _bytes.AsSpan(offset);

    public void Advance(int count) => Length += count;

    public Memory<byte> GetMemory(int sizeHint = 0) => _bytes.AsMemory(Length);

    public Span<byte> GetSpan(int sizeHint = 0) => _bytes.AsSpan(Length);
}
