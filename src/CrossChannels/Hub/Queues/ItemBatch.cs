using CrossChannels.Diagnostics;
using CrossChannels.Links;
using CrossChannels.Protocol;

namespace CrossChannels.Hub;

/// <summary>Items that a hub holds, one behind the other in one segment, with their places in the channel and on a reader's link.</summary>
internal struct ItemBatch
{
    public Segment Segment;
    public int Offset;
    public int End;
    public int Count;

    /// <summary>The first item's number in the channel.</summary>
    public long Sequence;

    /// <summary>The first item's number on the link that it was sent on.</summary>
    public long LinkSequence;

    /// <summary>When they were first sent to a reader, in milliseconds of the hub's clock; 0 before that.</summary>
    public long FirstSentAt;

    /// <summary>While somebody asks for it: how long the first item was queued; null for what came back.</summary>
    public long? QueuedMilliseconds;

    /// <summary>The trace that all of the items belong to; null for none.</summary>
    public ItemTrace? Trace;

    /// <summary>How often the items may have been delivered before.</summary>
    public int Deliveries;

    /// <summary>How often they came back from a program that had them.</summary>
    public int Failures;

    /// <summary>They were taken back from a reader that lives: only one that has had nothing later may have them.</summary>
    public bool IsInOrder;

    /// <summary>They were handed to a program that died, together with others: each is delivered alone, so that it shows which of them killed it.</summary>
    public bool IsSuspect;

    /// <summary>The reader that they were taken back from: another is to have them; null for none.</summary>
    public ItemTaker? TakenFrom;

    /// <summary>The readers that could not read the item; null for none.</summary>
    public HashSet<ItemTaker>? UnreadableTo;

    public readonly int Bytes => End - Offset;

    /// <summary>Nothing is known of them that decides who may have them next.</summary>
    public readonly bool IsForAll => !IsInOrder && !IsSuspect && TakenFrom is null && UnreadableTo is null;

    public readonly ReadOnlySpan<byte> Payload => Segment.Array.AsSpan(Offset, Bytes);

    /// <summary>Cuts the first items off. Both parts hold the segment.</summary>
    public ItemBatch CutFirst(int count, int elementSize)
    {
        ItemBatch first = this;
        Segment.Retain();
        first.Count = count;
        first.End = Offset + ItemsHeader.LengthOf(Payload, count, elementSize);
        Offset = first.End;
        Count -= count;
        Sequence += count;
        LinkSequence += count;
        return first;
    }

    public readonly void Release() => Segment.Release();
}
