using System.Buffers.Binary;
using System.Text;

namespace CrossChannels.Protocol;

/// <summary>What each side says of itself after the preamble: a list of fields, each with an id and a length.</summary>
/// <remarks>
/// An unknown field is skipped, unless its id has the top bit set: then the peer must understand it, and the greeting fails.
/// </remarks>
internal sealed record Hello
{
    /// <summary>The longest key.</summary>
    public const int MaxKeyBytes = 256;

    private const ushort MustUnderstand = 0x8000;

    private enum Field : ushort
    {
        Role = 1,
        Channel = 2,
        Writes = 3,
        Reads = 4,
        ProcessId = 5,
        LibraryVersion = 6,
        Features = 7,
        RequiredFeatures = 8,
        Key = 9,
        OnDemand = 10,
        MaxItem = 11,
        SingleReader = 12,
    }

    /// <summary>What the link is for; 0 is a plain link.</summary>
    public byte Role { get; init; }

    public string Channel { get; init; } = "";

    public required HelloContract Writes { get; init; }

    public required HelloContract Reads { get; init; }

    public int? ProcessId { get; init; }

    public string LibraryVersion { get; init; } = "";

    /// <summary>Optional abilities, one bit each: see <see cref="HelloFeatures"/>.</summary>
    public ulong Features { get; init; }

    /// <summary>Abilities without which this side cannot go on.</summary>
    public ulong RequiredFeatures { get; init; }

    public ReadOnlyMemory<byte> Key { get; init; }

    /// <summary>From a hub to a reader: items are chosen when they are asked for, so that the reader asks for no more than its callers wait for.</summary>
    public bool IsOnDemand { get; init; }

    /// <summary>The largest item in bytes that its side takes; null where it does not say, and its Welcome alone does.</summary>
    public int? MaxItemBytes { get; init; }

    /// <summary>From a hub to a reader: a second read that waits at one end cancels the first.</summary>
    public bool IsSingleReader { get; init; }

    /// <returns>The number of bytes written.</returns>
    public int Write(Span<byte> bytes)
    {
        int at = 0;
        PutByte(bytes, ref at, Field.Role, Role);
        PutText(bytes, ref at, Field.Channel, Channel);
        PutContract(bytes, ref at, Field.Writes, Writes);
        PutContract(bytes, ref at, Field.Reads, Reads);
        if (ProcessId is int processId)
            BinaryPrimitives.WriteInt32LittleEndian(Put(bytes, ref at, Field.ProcessId, 4), processId);
        PutText(bytes, ref at, Field.LibraryVersion, LibraryVersion);
        BinaryPrimitives.WriteUInt64LittleEndian(Put(bytes, ref at, Field.Features, 8), Features);
        BinaryPrimitives.WriteUInt64LittleEndian(Put(bytes, ref at, Field.RequiredFeatures, 8), RequiredFeatures);
        if (!Key.IsEmpty)
            Key.Span.CopyTo(Put(bytes, ref at, Field.Key, Key.Length));
        if (IsOnDemand)
            PutByte(bytes, ref at, Field.OnDemand, 1);
        if (MaxItemBytes is int maxItemBytes)
            BinaryPrimitives.WriteInt32LittleEndian(Put(bytes, ref at, Field.MaxItem, 4), maxItemBytes);
        if (IsSingleReader)
            PutByte(bytes, ref at, Field.SingleReader, 1);
        return at;
    }

    /// <exception cref="MalformedFrameException">The fields are cut off, missing, or one must be understood and is not.</exception>
    public static Hello Read(ReadOnlySpan<byte> bytes)
    {
        byte role = 0;
        bool isOnDemand = false, isSingleReader = false;
        string channel = "", libraryVersion = "";
        HelloContract? writes = null, reads = null;
        int? processId = null, maxItemBytes = null;
        ulong features = 0, required = 0;
        byte[] key = [];
        while (!bytes.IsEmpty)
        {
            if (bytes.Length < 4)
                throw new MalformedFrameException("The hello ends in the middle of a field.");
            ushort id = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
            int length = BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]);
            if (bytes.Length - 4 < length)
                throw new MalformedFrameException($"The hello's field {id} says {length:N0} bytes, and {bytes.Length - 4:N0} are left.");
            ReadOnlySpan<byte> value = bytes.Slice(4, length);
            bytes = bytes[(4 + length)..];
            switch ((Field)id)
            {
                case Field.Role: role = Exactly(value, 1, id)[0]; break;
                case Field.Channel: channel = Encoding.UTF8.GetString(value); break;
                case Field.Writes: writes = HelloContract.Read(value); break;
                case Field.Reads: reads = HelloContract.Read(value); break;
                case Field.ProcessId: processId = BinaryPrimitives.ReadInt32LittleEndian(Exactly(value, 4, id)); break;
                case Field.LibraryVersion: libraryVersion = Encoding.UTF8.GetString(value); break;
                case Field.Features: features = BinaryPrimitives.ReadUInt64LittleEndian(Exactly(value, 8, id)); break;
                case Field.RequiredFeatures: required = BinaryPrimitives.ReadUInt64LittleEndian(Exactly(value, 8, id)); break;
                case Field.Key: key = AtMost(value, MaxKeyBytes, "key").ToArray(); break;
                case Field.OnDemand: isOnDemand = Exactly(value, 1, id)[0] != 0; break;
                case Field.MaxItem: maxItemBytes = Positive(BinaryPrimitives.ReadInt32LittleEndian(Exactly(value, 4, id)), id); break;
                case Field.SingleReader: isSingleReader = Exactly(value, 1, id)[0] != 0; break;
                default:
                    if ((id & MustUnderstand) != 0)
                        throw new MalformedFrameException($"The hello has field {id}, which must be understood and is unknown here.");
                    break;
            }
        }
        return new Hello
        {
            Role = role,
            Channel = channel,
            Writes = writes ?? throw new MalformedFrameException("The hello does not say what its side writes."),
            Reads = reads ?? throw new MalformedFrameException("The hello does not say what its side reads."),
            ProcessId = processId,
            LibraryVersion = libraryVersion,
            Features = features,
            RequiredFeatures = required,
            Key = key,
            IsOnDemand = isOnDemand,
            MaxItemBytes = maxItemBytes,
            IsSingleReader = isSingleReader,
        };
    }

    private static ReadOnlySpan<byte> Exactly(ReadOnlySpan<byte> value, int length, ushort id) => value.Length == length
        ? value
        : throw new MalformedFrameException($"The hello's field {id} has {value.Length:N0} bytes, and {length} are expected.");

    private static ReadOnlySpan<byte> AtMost(ReadOnlySpan<byte> value, int most, string what) => value.Length <= most
        ? value
        : throw new MalformedFrameException($"The hello's {what} has {value.Length:N0} bytes, and at most {most:N0} are allowed.");

    private static int Positive(int value, ushort id) => value > 0
        ? value
        : throw new MalformedFrameException($"The hello's field {id} is {value:N0}, and at least 1 is needed.");

    private static Span<byte> Put(Span<byte> bytes, ref int at, Field id, int length)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[at..], (ushort)id);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[(at + 2)..], (ushort)length);
        at += 4 + length;
        return bytes.Slice(at - length, length);
    }

    private static void PutByte(Span<byte> bytes, ref int at, Field id, byte value) => Put(bytes, ref at, id, 1)[0] = value;

    private static void PutText(Span<byte> bytes, ref int at, Field id, string text) =>
        Encoding.UTF8.GetBytes(text, Put(bytes, ref at, id, Encoding.UTF8.GetByteCount(text)));

    private static void PutContract(Span<byte> bytes, ref int at, Field id, HelloContract contract)
    {
        Span<byte> scratch = stackalloc byte[HelloContract.MaxSize];
        int length = contract.Write(scratch);
        scratch[..length].CopyTo(Put(bytes, ref at, id, length));
    }
}
