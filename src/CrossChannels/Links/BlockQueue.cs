using System.Runtime.CompilerServices;
using CrossChannels.Protocol;

namespace CrossChannels.Links;

/// <summary>Accepted items that have not been sent, in blocks. Guarded by the outbox's lock.</summary>
internal sealed class BlockQueue
{
    /// <summary>Blocks without memory that are kept for their next use: one that gathers, one that is written, and some to spare.</summary>
    private const int MaxSpares = 4;

    private readonly Queue<Block> _full = new(0);
    private Block? _current;
    private readonly Stack<Block> _spares = new(0);

    /// <summary>Payload bytes at which a block is full; no more than the reader's window of bytes.</summary>
    public int BatchBytes { get; set; } = FrameLimits.BatchBytes;

    /// <summary>Bytes in all blocks, without the room before the items of the block that gathers.</summary>
    public long Bytes { get; private set; }

    /// <summary>The block that leaves next; null if there is no item.</summary>
    public Block? Next => _full.TryPeek(out Block? block) ? block : _current;

    /// <summary>Gives a block with room for so many bytes; the caller appends at once and says so with <see cref="Added"/>.</summary>
    /// <param name="bytes">Bytes of one item.</param>
    /// <param name="sequence">The sequence number of that item.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Block RoomFor(int bytes, long sequence) =>
        _current is { } current && current.PayloadBytes + bytes <= BatchBytes && current.Room >= bytes ? current : NextBlock(bytes, sequence);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Added(int bytes) => Bytes += bytes;

    /// <summary>Adds a large item in a block of its own, in its writer's memory.</summary>
    public void AddLarge(ReadOnlyMemory<byte> item, Waiter writer, long sequence)
    {
        CloseCurrent();
        Block block = NewBlock();
        block.BeginLarge(sequence, item, writer);
        _full.Enqueue(block);
        Bytes += Block.HeadRoom;
    }

    /// <summary>Takes <see cref="Next"/>, which the caller gives back when it is written.</summary>
    public Block Take()
    {
        if (_full.TryDequeue(out Block? block))
        {
            Bytes -= Block.HeadRoom;
        }
        else
        {
            block = _current!;
            _current = null;
        }
        Bytes -= block.PayloadBytes;
        return block;
    }

    /// <summary>Takes a written block back, for its next use.</summary>
    public void Return(Block block)
    {
        block.Free();
        if (_spares.Count < MaxSpares)
            _spares.Push(block);
    }

    /// <summary>Items that <see cref="Drop"/> has thrown away.</summary>
    public long DroppedItems { get; private set; }

    /// <summary>Throws everything away.</summary>
    /// <param name="error">What those get that wait for a large item to be written.</param>
    /// <param name="wake">Gets them.</param>
    public void Drop(Exception error, ref WakeList wake)
    {
        while (Next is not null)
        {
            Block block = Take();
            DroppedItems += block.Count;
            if (block.LargeWriter is { } writer)
            {
                writer.Decide(false, error);
                wake.Add(writer);
            }
            block.Free();
        }
    }

    private Block NextBlock(int bytes, long sequence)
    {
        CloseCurrent();
        Block block = NewBlock();
        block.Begin(sequence, Math.Max(BatchBytes, bytes));
        return _current = block;
    }

    private Block NewBlock() => _spares.TryPop(out Block? block) ? block : new Block();

    private void CloseCurrent()
    {
        if (_current is null)
            return;
        // Where the reader's window makes blocks small, what stands around the items counts as well.
        _full.Enqueue(_current);
        _current = null;
        Bytes += Block.HeadRoom;
    }
}
