using System.Buffers.Binary;
using System.Diagnostics;
using CrossChannels.Buffers;
using CrossChannels.Protocol;

namespace CrossChannels.Links;

/// <summary>Pooled memory in which items gather until they are written as one frame, with room before them for headers.</summary>
internal sealed class Block
{
    /// <summary>Room before the payload: small control frames, then the header of the items.</summary>
    public const int HeadRoom = ControlRoom + ItemsHead;

    /// <summary>Room for small control frames that leave with the block.</summary>
    public const int ControlRoom = 104;

    private const int ItemsHead = FrameHeader.Size + ItemsHeader.Size;

    private byte[] _buffer = [];
    private int _extensionBytes;

    /// <summary>The number of its first item.</summary>
    public long FirstSequence { get; private set; }

    public int Count { get; private set; }

    /// <summary>It is kept until the peer has received it.</summary>
    public bool IsKept { get; set; }

    /// <summary>Nobody writes it any more.</summary>
    public bool IsWritten { get; set; }

    /// <summary>At a hub, while somebody asks for it: how long the first item was queued.</summary>
    public long? QueuedMilliseconds { get; set; }

    public int PayloadBytes { get; private set; }

    public int Room => Large.IsEmpty ? _buffer.Length - HeadRoom - _extensionBytes - PayloadBytes : 0;

    /// <summary>The item, in its writer's own memory, where the block is a lone large one; it follows what <see cref="Seal"/> gives.</summary>
    public ReadOnlyMemory<byte> Large { get; private set; }

    /// <summary>Its items, without a large one in its writer's memory.</summary>
    public ReadOnlySpan<byte> Payload => _buffer.AsSpan(HeadRoom + _extensionBytes, PayloadBytes - Large.Length);

    /// <summary>The writer that waits until the large item is written.</summary>
    public Waiter? LargeWriter { get; private set; }

    /// <summary>Starts empty, with room for a payload.</summary>
    /// <param name="firstSequence">The number of its first item.</param>
    /// <param name="payloadBytes">The room.</param>
    /// <param name="deliveries">How often its items were delivered before.</param>
    /// <param name="trace">The trace that its items belong to; default for none.</param>
    public void Begin(long firstSequence, int payloadBytes, int deliveries = 0, in ActivityContext trace = default)
    {
        FirstSequence = firstSequence;
        bool isTraced = trace != default;
        int deliveriesBytes = deliveries > 0 ? ItemsExtension.DeliveriesSize : 0;
        _extensionBytes = deliveriesBytes + (isTraced ? ItemsExtension.TraceSize : 0);
        _buffer = BufferPool.Rent(HeadRoom + _extensionBytes + payloadBytes, nameof(Block));
        if (deliveries > 0)
            ItemsExtension.WriteDeliveries(_buffer.AsSpan(HeadRoom), deliveries);
        if (isTraced)
            ItemsExtension.WriteTrace(_buffer.AsSpan(HeadRoom + deliveriesBytes), trace);
        PayloadBytes = 0;
        Count = 0;
        QueuedMilliseconds = null;
        IsWritten = false;
    }

    /// <summary>Holds one large item without copying it.</summary>
    public void BeginLarge(long firstSequence, ReadOnlyMemory<byte> item, Waiter writer, in ActivityContext trace)
    {
        Begin(firstSequence, ItemsHeader.LengthPrefix, deliveries: 0, trace);
        BinaryPrimitives.WriteInt32LittleEndian(Append(ItemsHeader.LengthPrefix), item.Length);
        PayloadBytes += item.Length;
        Large = item;
        LargeWriter = writer;
    }

    /// <summary>Room for one item of fixed size.</summary>
    public Span<byte> Append(int bytes)
    {
        Span<byte> room = _buffer.AsSpan(HeadRoom + _extensionBytes + PayloadBytes, bytes);
        PayloadBytes += bytes;
        Count++;
        return room;
    }

    /// <summary>Room for several items of fixed size.</summary>
    public Span<byte> AppendMany(int count, int bytes)
    {
        Span<byte> room = Append(bytes);
        Count += count - 1;
        return room;
    }

    /// <summary>Appends items as they stand in a payload.</summary>
    public void AppendMany(ReadOnlySpan<byte> payload, int count) => payload.CopyTo(AppendMany(count, payload.Length));

    /// <summary>Appends one item with its length before it.</summary>
    public void Append(ReadOnlySpan<byte> item, bool isNull)
    {
        Span<byte> room = Append(ItemsHeader.LengthPrefix + item.Length);
        BinaryPrimitives.WriteInt32LittleEndian(room, isNull ? ItemsHeader.NullLength : item.Length);
        item.CopyTo(room[ItemsHeader.LengthPrefix..]);
    }

    /// <summary>Writes the header, and the control frames before it, and gives everything that is to be sent.</summary>
    public ReadOnlyMemory<byte> Seal(ReadOnlySpan<byte> control)
    {
        int start = ControlRoom - control.Length;
        control.CopyTo(_buffer.AsSpan(start));
        new FrameHeader((uint)(ItemsHeader.Size + _extensionBytes + PayloadBytes), FrameType.Items, 0, 0).Write(_buffer.AsSpan(ControlRoom));
        new ItemsHeader((ulong)FirstSequence, (uint)Count, (uint)_extensionBytes).Write(_buffer.AsSpan(ControlRoom + FrameHeader.Size));
        return _buffer.AsMemory(start, HeadRoom - start + _extensionBytes + PayloadBytes - Large.Length);
    }

    public void Free()
    {
        byte[] buffer = _buffer;
        _buffer = [];
        Large = default;
        LargeWriter = null;
        if (buffer.Length > 0)
            BufferPool.Return(buffer);
    }
}
