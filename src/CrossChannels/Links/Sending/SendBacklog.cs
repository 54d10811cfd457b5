using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CrossChannels.Flow;
using CrossChannels.Protocol;
using CrossChannels.SharedMemory;

namespace CrossChannels.Links;

/// <summary>What a writing end has accepted and not sent: the blocks, and the credit that lets items into them and blocks out of them. Guarded by the outbox's lock.</summary>
/// <remarks>Knows neither who waits nor who sends. A struct, so that accepting an item reaches credit and blocks without a step in between.</remarks>
internal struct SendBacklog(SenderOptions options)
{
    private readonly BlockQueue _blocks = new();
    private readonly long _maxUnsentBytes = options.MaxUnsentBytes;
    private readonly int _elementSize = options.ElementSize;

    /// <summary>A field, so that its verbs change it.</summary>
    public SendCredit Credit = new(isShared: options.IsShared || options.IsOnDemand);

    /// <summary>One more item may be accepted.</summary>
    public readonly bool HasRoom => Credit.Items > 0 && _blocks.Bytes < _maxUnsentBytes;

    public readonly bool HasItems => _blocks.Next is not null;

    /// <summary>The block that leaves next may leave now.</summary>
    public readonly bool HasSendable => _blocks.Next is { } next && Credit.MaySend(next.PayloadBytes, next.Count);

    /// <summary>How many items the peer gets in all, once nothing more is accepted.</summary>
    public readonly long TotalItems => Credit.AcceptedItems - _blocks.DroppedItems;

    /// <summary>An upper bound of the items that were accepted and did not arrive.</summary>
    /// <param name="received">Items that are known to have arrived.</param>
    public readonly long UnreceivedItems(long received) => Credit.AcceptedItems - Math.Max(received, Credit.CertainlyRead);

    /// <summary>An upper bound of what all unsent items take as records of a lane; 0 where they have a fixed size.</summary>
    public readonly long MostRecordBytes => _elementSize > 0 ? 0 : _blocks.Bytes + (Credit.AcceptedItems * 2 * LaneLayout.RecordHead);

    /// <summary>The items that gather belong to a trace.</summary>
    public readonly bool IsTraced => _blocks.IsTraced;

    /// <summary>What follows belongs to this trace, or to none: all items of a block do.</summary>
    public readonly void BelongTo(in ActivityContext trace) => _blocks.BelongTo(trace);

    /// <summary>Takes the first credit beforehand: for accepting, not for sending.</summary>
    public void Expect(CreditFrame credit)
    {
        _blocks.BatchBytes = BatchBytesWithin(credit.Bytes);
        Credit.Expect(credit.Items);
    }

    /// <summary>Whether every block that was made may leave with this first credit.</summary>
    public readonly bool Fits(CreditFrame credit) => BatchBytesWithin(credit.Bytes) == _blocks.BatchBytes;

    /// <summary>Takes the first credit.</summary>
    public void Open(CreditFrame credit)
    {
        _blocks.BatchBytes = BatchBytesWithin(credit.Bytes);
        Credit.Open(credit.Items, credit.Bytes);
    }

    /// <summary>A reader may keep back less than an eighth of its window even when nothing is unread; a batch fits into the rest.</summary>
    private readonly int BatchBytesWithin(long windowBytes) =>
        (int)Math.Min(_blocks.BatchBytes, Math.Max(1, windowBytes - (windowBytes / 8)));

    /// <summary>Appends one item of a plain fixed size.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Append<TItem>(TItem item)
    {
        Unsafe.WriteUnaligned(ref MemoryMarshal.GetReference(RoomFor(Unsafe.SizeOf<TItem>()).Append(Unsafe.SizeOf<TItem>())), item);
        Accepted(1, Unsafe.SizeOf<TItem>());
    }

    /// <summary>Appends items of a plain fixed size to one block, where there is room for at least one.</summary>
    /// <returns>How many.</returns>
    public int AppendMany<TItem>(ReadOnlySpan<TItem> items)
    {
        int size = Unsafe.SizeOf<TItem>();
        Block block = RoomFor(size);
        long count = Math.Min(items.Length, Math.Min(Credit.Items, Math.Max(1, (_blocks.BatchBytes - block.PayloadBytes) / size)));
        count = Math.Min(count, Math.Max(1, (_maxUnsentBytes - _blocks.Bytes) / size));
        int bytes = (int)count * size;
        Unsafe.CopyBlockUnaligned(
            ref MemoryMarshal.GetReference(block.AppendMany((int)count, bytes)),
            ref Unsafe.As<TItem, byte>(ref MemoryMarshal.GetReference(items)),
            (uint)bytes);
        Accepted((int)count, bytes);
        return (int)count;
    }

    /// <summary>Appends one serialized item.</summary>
    public void Append(ReadOnlySpan<byte> item, bool isNull)
    {
        int bytes = item.Length;
        if (_elementSize > 0)
        {
            item.CopyTo(RoomFor(bytes).Append(bytes));
        }
        else
        {
            bytes += ItemsHeader.LengthPrefix;
            RoomFor(bytes).Append(item, isNull);
        }
        Accepted(1, bytes);
    }

    /// <summary>Appends one large item, in its writer's memory.</summary>
    public void AppendLarge(WriteWaiter waiter)
    {
        _blocks.AddLarge(waiter.Large, waiter, Credit.AcceptedItems);
        Accepted(1, ItemsHeader.LengthPrefix + waiter.Length);
    }

    /// <summary>Takes the block that leaves next, which the caller gives back when it is written.</summary>
    /// <param name="wasFull">There was no room for bytes before.</param>
    public Block Take(out bool wasFull)
    {
        wasFull = _blocks.Bytes >= _maxUnsentBytes;
        Block block = _blocks.Take();
        Credit.Sent(block.PayloadBytes, block.Count);
        return block;
    }

    /// <summary>Takes a written block back, for its next use.</summary>
    public readonly void Return(Block block) => _blocks.Return(block);

    /// <summary>Throws everything away that has not left.</summary>
    /// <param name="error">What those get that wait for a large item to be written.</param>
    /// <param name="wake">Gets them.</param>
    public readonly void Drop(Exception error, ref WakeList wake) => _blocks.Drop(error, ref wake);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly Block RoomFor(int bytes) => _blocks.RoomFor(bytes, Credit.AcceptedItems);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Accepted(int count, int bytes)
    {
        Credit.Accept(count);
        _blocks.Added(bytes);
    }
}

/// <summary>Accepted items that have not been sent, in blocks. Guarded by the outbox's lock.</summary>
internal sealed class BlockQueue
{
    /// <summary>Blocks without memory that are kept for their next use: one that gathers, one that is written, and some to spare.</summary>
    private const int MaxSpares = 4;

    private readonly Queue<Block> _full = new(0);
    private ActivityContext _trace;
    private Block? _current;
    private readonly Stack<Block> _spares = new(0);

    /// <summary>Payload bytes at which a block is full; no more than the reader's window of bytes.</summary>
    public int BatchBytes { get; set; } = FrameLimits.BatchBytes;

    /// <summary>Bytes in all blocks, without the room before the items of the block that gathers.</summary>
    public long Bytes { get; private set; }

    /// <summary>The block that leaves next; null if there is no item.</summary>
    public Block? Next => _full.TryPeek(out Block? block) ? block : _current;

    /// <summary>The items that gather belong to a trace.</summary>
    public bool IsTraced { get; private set; }

    /// <summary>What follows belongs to this trace, or to none.</summary>
    public void BelongTo(in ActivityContext trace)
    {
        if (trace == _trace)
            return;
        CloseCurrent();
        _trace = trace;
        IsTraced = trace != default;
    }

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
        block.BeginLarge(sequence, item, writer, _trace);
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
        block.Begin(sequence, Math.Max(BatchBytes, bytes), deliveries: 0, _trace);
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

/// <summary>The largest item that may be written: what this end's settings allow, and what the reader's do once they are known.</summary>
internal struct ItemLimit(int ownMaxBytes)
{
    /// <summary>The reader's limit in bytes; none before it has greeted.</summary>
    public int ReaderMaxBytes { get; set; } = int.MaxValue;

    /// <returns>What to throw for an item of so many bytes; null if it may be written.</returns>
    public readonly ItemTooLargeException? Check(int bytes)
    {
        if (bytes > ownMaxBytes)
            return new ItemTooLargeException(bytes, ownMaxBytes, "this end's ItemOptions.MaxItemBytes");
        return bytes > ReaderMaxBytes ? new ItemTooLargeException(bytes, ReaderMaxBytes, "the reader's ItemOptions.MaxItemBytes") : null;
    }
}
