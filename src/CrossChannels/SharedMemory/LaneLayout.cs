using System.Buffers.Binary;
using System.Numerics;

namespace CrossChannels.SharedMemory;

/// <summary>Where everything of a lane is in its segment.</summary>
/// <param name="ElementSize">Bytes of an item of fixed size, or 0: then each item is a record with its length.</param>
/// <param name="MaxItemBytes">The largest item.</param>
/// <param name="Capacity">How many items may be published and not taken.</param>
/// <param name="UnreadBytes">How many of the bytes are the reader's to allow; the rest a writer may lower.</param>
/// <param name="MaxBytes">How many bytes of records may be, with their heads; the last one may exceed it.</param>
/// <remarks>
/// <code>
///     0  magic and version "CCLANE01"           256  taken items, taken bytes     the reader's line
///     8  element size, 4; largest item, 4       384  parked: the reader           set by the reader, cleared by who wakes it
///    16  capacity, 8; unread bytes, 8; most, 8             512  parked: the writer           set by the writer, cleared by who wakes it
///        claimed items, handed items, 8 each    640  granted items, 8; grants, 8      a hub's line
///    40  use, 4; 48 bytes to rent, 8            4096 next chunk of each chunk, 4 bytes each
///   128  written items, 8; closed, 4                 chunks, from a page boundary on
///        claimed, wanted, 8 each; withdrawn, 4: the writer's line
///                                                    what is returned of each page to rent, 8 bytes each
///                                                    pages to rent
/// </code>
/// Items stand in chunks, one behind the other; at the end of a chunk the table names the next. The writer uses a chunk again when all
/// of its items are taken, and takes a fresh one only when it must, so that the pages in use follow what is unread and not the capacity.
/// Which words are used beyond the cursors depends on what the lane is for. An item that was rented stands in the pages to rent, and its record says where.
/// </remarks>
internal readonly record struct LaneLayout(int ElementSize, int MaxItemBytes, long Capacity, long UnreadBytes, long MaxBytes)
{
    public const int HeaderBytes = 4096;
    public const int Written = 128;
    public const int Closed = 136;
    public const int Claimed = 144;
    public const int Wanted = 152;
    public const int Withdrawn = 160;
    public const int Taken = 256;
    public const int TakenBytes = 264;
    public const int HandClaimed = 272;
    public const int Handed = 280;
    public const int ReaderParked = 384;
    public const int WriterParked = 512;
    public const int Granted = 640;
    public const int Grants = 648;

    /// <summary>The length before a record; records begin at multiples of it.</summary>
    public const int RecordHead = 8;

    /// <summary>The upper half of the head of a record whose item was rented: the lower is its length, and what follows says in which page it begins.</summary>
    public const int Rented = 1;

    /// <summary>What is rented begins at multiples of it.</summary>
    public const int RentedPage = 4096;

    private const int LeastChunk = 4096;
    private const int MostChunk = 64 * 1024;
    private const long MostBytes = 1L << 36;
    // No limit, and far enough from the end of a long for sums.
    private const long MostItems = 1L << 62;
    private const int LargestElement = 1 << 30;
    private const int FieldsBytes = 56;

    private static ReadOnlySpan<byte> Magic => "CCLANE01"u8;

    /// <summary>What the lane is for.</summary>
    public LaneUse Use { get; init; }

    /// <summary>How many bytes the writer may rent to its program, which fills them in place; 0 where items are copied.</summary>
    public long RentBytes { get; init; }

    /// <summary>The writer writes as far as it is granted, and not as far as there is room.</summary>
    public bool IsShared => Use == LaneUse.HubWriter;

    /// <summary>Each item comes with how often it was delivered before; so it is a record, also where items have a fixed size.</summary>
    public bool IsTagged => Use == LaneUse.HubLeasedReader;

    /// <summary>Lays a lane out.</summary>
    /// <param name="elementSize">Bytes of an item of fixed size, or 0.</param>
    /// <param name="maxItemBytes">The largest item.</param>
    /// <param name="capacity">Items; <see cref="long.MaxValue"/> for no limit but that of bytes.</param>
    /// <param name="unreadBytes">What the reader allows to be unread.</param>
    /// <param name="unsentBytes">What a writer may allow beyond that.</param>
    public static LaneLayout Of(int elementSize, int maxItemBytes, long capacity, long unreadBytes, long unsentBytes = 0)
    {
        unreadBytes = Math.Min(unreadBytes, MostBytes);
        long maxBytes = unreadBytes + Math.Min(unsentBytes, MostBytes - unreadBytes);
        long most = elementSize == 0 ? MostItems : Math.Max(1, maxBytes / elementSize);
        return new LaneLayout(elementSize, maxItemBytes, Math.Min(capacity, most), unreadBytes, maxBytes);
    }

    /// <summary>The same, for a writer that allows itself so many bytes beyond those of the reader.</summary>
    public LaneLayout Within(long unsentBytes) => Of(ElementSize, MaxItemBytes, Capacity, UnreadBytes, Math.Min(unsentBytes, MaxBytes - UnreadBytes)) with { Use = Use, RentBytes = RentBytes };

    /// <summary>Whether <see cref="Of"/> makes it.</summary>
    public bool IsSane => Enum.IsDefined(Use) && ElementSize is >= 0 and <= LargestElement && MaxItemBytes is >= 1 and <= LargestElement
        && Capacity >= 1 && UnreadBytes >= 1 && MaxBytes >= UnreadBytes && MaxBytes <= MostBytes
        && RentBytes >= 0 && RentBytes <= MostBytes && RentBytes % RentedPage == 0 && (RentBytes == 0 || (Use == LaneUse.Link && ElementSize == 0))
        && this == Within(long.MaxValue);

    /// <summary>Bytes of a chunk, a power of two: small for a small capacity, so that its working set is.</summary>
    public int ChunkBytes
    {
        get
        {
            int least = Math.Max(LeastChunk, (int)BitOperations.RoundUpToPowerOf2((uint)ElementSize));
            long wanted = ElementSize == 0 ? MostChunk : Capacity * ElementSize;
            return Math.Max(least, (int)BitOperations.RoundUpToPowerOf2((ulong)Math.Min(wanted, MostChunk)));
        }
    }

    /// <summary>Enough for all that may be unread, a chunk that is begun at each end of it, and two more records: the last one, which may exceed
    /// the limit, and one of which the reader has told the bytes and not yet the item.</summary>
    public int ChunkCount => ElementSize == 0
        ? (int)((MaxBytes + (2 * RecordBytes(MaxItemBytes))) / ChunkBytes) + 3
        : (int)(Capacity / ItemsPerChunk) + 3;

    public int ItemsPerChunk => ChunkBytes / ElementSize;

    public long ChunksStart => HeaderBytes + RoundUp(ChunkCount * (long)sizeof(int));

    public long ReturnsStart => ChunksStart + ((long)ChunkCount * ChunkBytes);

    public long RentStart => ReturnsStart + RoundUp(RentBytes / RentedPage * sizeof(long));

    public long Length => RentStart + RentBytes;

    /// <summary>What a record of so many bytes takes.</summary>
    public static long RecordBytes(int length) => RecordHead + (((long)length + RecordHead - 1) & -RecordHead);

    /// <summary>The same with so many bytes to rent, or as many more as make whole pages.</summary>
    public LaneLayout WithRent(long bytes) => this with { RentBytes = RoundUp(Math.Min(bytes, MostBytes)) };

    public void Write(Span<byte> header)
    {
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], ElementSize);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], MaxItemBytes);
        BinaryPrimitives.WriteInt64LittleEndian(header[16..], Capacity);
        BinaryPrimitives.WriteInt64LittleEndian(header[24..], UnreadBytes);
        BinaryPrimitives.WriteInt64LittleEndian(header[32..], MaxBytes);
        BinaryPrimitives.WriteInt32LittleEndian(header[40..], (int)Use);
        BinaryPrimitives.WriteInt64LittleEndian(header[48..], RentBytes);
        Magic.CopyTo(header);
    }

    /// <summary>Reads, once, what another process laid out.</summary>
    /// <exception cref="InvalidDataException">No correct peer lays a lane out like that.</exception>
    public static LaneLayout Read(ReadOnlySpan<byte> header, long length)
    {
        Span<byte> fields = stackalloc byte[FieldsBytes];
        header[..FieldsBytes].CopyTo(fields);
        if (!fields[..Magic.Length].SequenceEqual(Magic))
            throw new InvalidDataException("The segment is not a lane of a version that is known here.");
        var layout = new LaneLayout(
            BinaryPrimitives.ReadInt32LittleEndian(fields[8..]), BinaryPrimitives.ReadInt32LittleEndian(fields[12..]),
            BinaryPrimitives.ReadInt64LittleEndian(fields[16..]), BinaryPrimitives.ReadInt64LittleEndian(fields[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(fields[32..]))
        {
            Use = (LaneUse)BinaryPrimitives.ReadInt32LittleEndian(fields[40..]),
            RentBytes = BinaryPrimitives.ReadInt64LittleEndian(fields[48..]),
        };
        return layout.IsSane && layout.Length == length ? layout : throw new InvalidDataException($"The segment of {length:N0} bytes does not fit a lane for {layout.Use} of {layout.Capacity:N0} items of {layout.ElementSize:N0} bytes, at most {layout.MaxItemBytes:N0}, {layout.MaxBytes:N0} in all and {layout.RentBytes:N0} to rent.");
    }

    private static long RoundUp(long bytes) => (bytes + HeaderBytes - 1) / HeaderBytes * HeaderBytes;
}

/// <summary>What a lane is for, as its header says.</summary>
internal enum LaneUse
{
    /// <summary>One direction of a link between two ends.</summary>
    Link,

    /// <summary>A writer of a hub's channel, whose capacity is shared: it is granted a part, and what it has not used is taken back.</summary>
    HubWriter,

    /// <summary>A reader of a hub's channel, to which the hub gives what it asks for.</summary>
    HubReader,

    /// <summary>The same, of a leased channel.</summary>
    HubLeasedReader,
}
