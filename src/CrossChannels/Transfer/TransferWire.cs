using System.Text;
using System.Threading.Channels;
using CrossChannels.Protocol;
using CrossChannels.SharedMemory;

namespace CrossChannels.Transfer;

/// <summary>A ticket as bytes: four that say that it is one, its version, and its fields in order, optional ones behind a flag.</summary>
/// <remarks>Not JSON: a worker reads a ticket before anything else, and the metadata would cost it more time than all the rest.</remarks>
internal static class TransferWire
{
    private const byte Version = 5;

    private static ReadOnlySpan<byte> Magic => "CCE\n"u8;

    public static byte[] Write(TransferContent content)
    {
        var stream = new MemoryStream(256);
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write(Magic);
        writer.Write(Version);
        writer.Write((byte)content.Kind);
        writer.Write(content.Address);
        Write(writer, content.ReadKey);
        Write(writer, content.WriteKey);
        Write(writer, content.Connection);
        Write(writer, content.Reads);
        Write(writer, content.Writes);
        Write(writer, content.Pair);
        writer.Flush();
        return stream.ToArray();
    }

    /// <exception cref="FormatException">The bytes are no ticket, or one of another version.</exception>
    public static TransferContent Read(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.StartsWith(Magic) || bytes.Length == Magic.Length)
            throw new FormatException("The bytes are not a ticket of an end.");
        if (bytes[Magic.Length] != Version)
            throw new FormatException($"The ticket has version {bytes[Magic.Length]}, and this library knows version {Version}. Both processes need the same version of the library.");
        using var reader = new BinaryReader(new MemoryStream(bytes[(Magic.Length + 1)..].ToArray()), Encoding.UTF8);
        try
        {
            TransferContent content = ReadContent(reader);
            return reader.BaseStream.Position == reader.BaseStream.Length ? content : throw new FormatException("The bytes are a ticket of an end, and more.");
        }
        catch (Exception e) when (e is IOException or ArgumentException or OverflowException)
        {
            throw new FormatException($"The bytes are not a ticket of an end: {e.Message}", e);
        }
    }

    private static TransferContent ReadContent(BinaryReader reader) => new()
    {
        Kind = (EndpointKind)reader.ReadByte(),
        Address = reader.ReadString(),
        ReadKey = ReadKey(reader),
        WriteKey = ReadKey(reader),
        Connection = ReadConnection(reader),
        Reads = ReadItems(reader),
        Writes = ReadItems(reader),
        Pair = ReadPair(reader),
    };

    private static void Write(BinaryWriter writer, ConnectionOptions connection)
    {
        writer.Write(connection.ConnectTimeout.Ticks);
        writer.Write(connection.GreetingTimeout.Ticks);
        writer.Write(connection.CloseTimeout.Ticks);
        writer.Write(connection.ExitTimeout.Ticks);
        writer.Write(connection.PeerTimeout.Ticks);
        writer.Write(connection.MaxUnreadBytes);
        writer.Write(connection.MaxUnsentBytes);
        writer.Write(connection.MaxEmptyFramesPerSecond);
        writer.Write(connection.AllowPlainTcp);
        Write(writer, connection.RequiredKeyToRead);
        Write(writer, connection.RequiredKeyToWrite);
        writer.Write((byte)connection.SharedMemory);
        writer.Write(!OperatingSystem.IsWindows() && connection.AllowGroup);
    }

    private static ConnectionOptions ReadConnection(BinaryReader reader)
    {
        var options = new ConnectionOptions
        {
            ConnectTimeout = ReadTime(reader),
            GreetingTimeout = ReadTime(reader),
            CloseTimeout = ReadTime(reader),
            ExitTimeout = ReadTime(reader),
            PeerTimeout = ReadTime(reader),
            MaxUnreadBytes = reader.ReadInt64(),
            MaxUnsentBytes = reader.ReadInt64(),
            MaxEmptyFramesPerSecond = reader.ReadInt32(),
            AllowPlainTcp = reader.ReadBoolean(),
            RequiredKeyToRead = ReadKey(reader),
            RequiredKeyToWrite = ReadKey(reader),
            SharedMemory = (SharedMemoryUse)reader.ReadByte(),
        };
        bool allowsGroup = reader.ReadBoolean();
        return OperatingSystem.IsWindows() ? options : options with { AllowGroup = allowsGroup };
    }

    private static TimeSpan ReadTime(BinaryReader reader) => TimeSpan.FromTicks(reader.ReadInt64());

    private static void Write(BinaryWriter writer, TransferItems? items)
    {
        writer.Write(items is not null);
        if (items is null)
            return;
        Write(writer, items.Options.ContractName);
        writer.Write(items.Options.MaxItemBytes);
        Write(writer, items.ContentType);
    }

    private static TransferItems? ReadItems(BinaryReader reader) => reader.ReadBoolean()
        ? new(new ItemOptions { ContractName = ReadText(reader), MaxItemBytes = reader.ReadInt32() }, ReadText(reader))
        : null;

    private static void Write(BinaryWriter writer, PairTerms? pair)
    {
        writer.Write(pair is not null);
        if (pair is null)
            return;
        writer.Write(pair.Secret);
        writer.Write(pair.Listens);
        writer.Write(pair.Capacity ?? -1);
        writer.Write((byte)pair.FullMode);
        writer.Write(pair.SingleReader);
        writer.Write(pair.ReadsInline);
        writer.Write(pair.WritesInline);
        Span<byte> welcome = stackalloc byte[WelcomeFrame.Size];
        pair.PeerWelcome.Write(welcome);
        writer.Write(welcome[FrameHeader.Size..]);
        writer.Write(pair.PeerLane is not null);
        if (pair.PeerLane is not { } lane)
            return;
        writer.Write(lane.ElementSize);
        writer.Write(lane.MaxItemBytes);
        writer.Write(lane.Capacity);
        writer.Write(lane.UnreadBytes);
        writer.Write(lane.MaxBytes);
        writer.Write(lane.RentBytes);
    }

    private static PairTerms? ReadPair(BinaryReader reader) => reader.ReadBoolean()
        ? new(
            reader.ReadString(), reader.ReadBoolean(), reader.ReadInt32() is var capacity && capacity >= 0 ? capacity : null,
            (BoundedChannelFullMode)reader.ReadByte(), reader.ReadBoolean(), reader.ReadBoolean(), reader.ReadBoolean())
        {
            PeerWelcome = WelcomeFrame.Read(reader.ReadBytes(WelcomeFrame.BodySize)),
            PeerLane = ReadLane(reader),
        }
        : null;

    private static LaneLayout? ReadLane(BinaryReader reader)
    {
        if (!reader.ReadBoolean())
            return null;
        var lane = new LaneLayout(reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64()) { RentBytes = reader.ReadInt64() };
        return lane.IsSane ? lane : throw new FormatException("The bytes are not a ticket of an end: no lane is laid out like that.");
    }

    private static void Write(BinaryWriter writer, string? text)
    {
        writer.Write(text is not null);
        if (text is not null)
            writer.Write(text);
    }

    private static string? ReadText(BinaryReader reader) => reader.ReadBoolean() ? reader.ReadString() : null;

    private static void Write(BinaryWriter writer, ReadOnlyMemory<byte> key)
    {
        writer.Write(key.Length);
        writer.Write(key.Span);
    }

    private static byte[] ReadKey(BinaryReader reader)
    {
        int length = reader.ReadInt32();
        return length >= 0 && length <= reader.BaseStream.Length - reader.BaseStream.Position
            ? reader.ReadBytes(length)
            : throw new EndOfStreamException($"{length:N0} bytes of a key are missing.");
    }
}
