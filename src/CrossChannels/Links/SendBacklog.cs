using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CrossChannels.Flow;
using CrossChannels.Protocol;

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

    /// <summary>Takes the first credit.</summary>
    public void Open(CreditFrame credit)
    {
        // A reader may keep back less than an eighth of its window even when nothing is unread; a batch fits into the rest.
        _blocks.BatchBytes = (int)Math.Min(_blocks.BatchBytes, Math.Max(1, credit.Bytes - (credit.Bytes / 8)));
        Credit.Open(credit.Items, credit.Bytes);
    }

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
