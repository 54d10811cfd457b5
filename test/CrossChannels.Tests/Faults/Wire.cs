using System.Buffers.Binary;
using System.Text;
using CrossChannels.Links;
using CrossChannels.Protocol;
using CrossChannels.Serialization;

namespace CrossChannels.Tests.Faults;

/// <summary>The bytes of a peer, good and bad.</summary>
internal static class Wire
{
    public static byte[] Greeting<TWrite, TRead>(string channel = "", ConnectionOptions? settings = null) =>
        new LinkIdentity(Contract<TWrite>(), Contract<TRead>(), channel, settings ?? new ConnectionOptions()).Greeting();

    public static Hello Hello<TWrite, TRead>() => new() { Writes = ToHello(Contract<TWrite>()), Reads = ToHello(Contract<TRead>()) };

    /// <summary>A preamble and a hello of free choice.</summary>
    public static byte[] Greeting(Hello hello, ushort minVersion = 1, ushort maxVersion = 1, params byte[][] moreFields)
    {
        byte[] bytes = new byte[Preamble.Size + Preamble.MaxHelloLength];
        int length = hello.Write(bytes.AsSpan(Preamble.Size));
        foreach (byte[] field in moreFields)
        {
            field.CopyTo(bytes, Preamble.Size + length);
            length += field.Length;
        }
        new Preamble(minVersion, maxVersion, length).Write(bytes);
        return bytes[..(Preamble.Size + length)];
    }

    public static byte[] Field(ushort id, params byte[] value)
    {
        byte[] bytes = new byte[4 + value.Length];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, id);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2), (ushort)value.Length);
        value.CopyTo(bytes, 4);
        return bytes;
    }

    public static byte[] Welcome(long items = 1024, long bytes = 1 << 20, int maxItemBytes = 1 << 20)
    {
        byte[] frame = new byte[WelcomeFrame.Size];
        new WelcomeFrame(new CreditFrame(items, bytes), maxItemBytes).Write(frame);
        return frame;
    }

    public static byte[] Credit(long items, long bytes)
    {
        byte[] frame = new byte[CreditFrame.Size];
        new CreditFrame(items, bytes).Write(frame);
        return frame;
    }

    public static byte[] Counter(FrameType type, long value)
    {
        byte[] frame = new byte[CounterFrame.Size];
        CounterFrame.Write(frame, type, value);
        return frame;
    }

    public static byte[] Complete(long total, CompletionOutcome outcome = CompletionOutcome.Success, string type = "", string message = "")
    {
        byte[] frame = new byte[FrameHeader.Size + FrameLimits.ControlBytes];
        return frame[..new CompleteFrame(total, outcome, type, message).Write(frame)];
    }

    public static byte[] Reason(FrameType type, ReasonCode code = ReasonCode.None, string text = "")
    {
        byte[] frame = new byte[FrameHeader.Size + FrameLimits.ControlBytes];
        return frame[..new ReasonFrame(code, text).Write(frame, type)];
    }

    public static byte[] Header(uint length, FrameType type, byte flags = 0, ushort attachment = 0)
    {
        byte[] header = new byte[FrameHeader.Size];
        new FrameHeader(length, type, flags, attachment).Write(header);
        return header;
    }

    public static byte[] Frame(FrameType type, byte flags, ushort attachment, params byte[] body) =>
        [.. Header((uint)body.Length, type, flags, attachment), .. body];

    public static byte[] Items(ulong first, uint count, uint extensionLength, params byte[] rest)
    {
        byte[] header = new byte[ItemsHeader.Size];
        new ItemsHeader(first, count, extensionLength).Write(header);
        return Frame(FrameType.Items, 0, 0, [.. header, .. rest]);
    }

    public static byte[] Longs(ulong first, params long[] items) =>
        Items(first, (uint)items.Length, 0, items.SelectMany(BitConverter.GetBytes).ToArray());

    public static byte[] Texts(ulong first, params string?[] items) =>
        Items(first, (uint)items.Length, 0, items.SelectMany(item => Item(item is null ? null : Encoding.UTF8.GetBytes(item))).ToArray());

    /// <summary>One item with its length.</summary>
    public static byte[] Item(byte[]? bytes) => bytes is null ? [.. BitConverter.GetBytes(-1)] : [.. BitConverter.GetBytes(bytes.Length), .. bytes];

    private static ItemContract Contract<T>() => ItemCodec.Create(new ItemOptions<T>()).Contract;

    private static HelloContract ToHello(ItemContract contract) => new(contract.ContentType, contract.Name, contract.ElementSize, contract.Layout);
}
