using System.Globalization;
using System.Reflection;
using CrossChannels.Protocol;
using CrossChannels.SharedMemory;
using CrossChannels.Tests.Serialization;

namespace CrossChannels.Tests.Protocol;

/// <summary>Every vector is read as its fields say, and written back byte for byte.</summary>
[TestClass]
public sealed class VectorTests
{
    private const int MaxItemBytes = 1 << 20;

    private static readonly string[] s_howToRead = ["one-way", "element-size", "next-sequence", "leased", "length"];

    public static IEnumerable<object[]> Preambles => Of("preamble.txt");

    public static IEnumerable<object[]> Hellos => Of("hello.txt");

    public static IEnumerable<object[]> Frames => Of("frames.txt");

    public static IEnumerable<object[]> Items => Of("items.txt");

    public static IEnumerable<object[]> Lanes => Of("lane.txt");

    public static IEnumerable<object[]> Texts => Of("text.txt");

    public static string DisplayName(MethodInfo method, object[] data) => $"{method.Name} {data[0]}";

    [TestMethod]
    [DynamicData(nameof(Preambles), DynamicDataDisplayName = nameof(DisplayName))]
    public void Preamble_Vector(Vector vector) => Check<MalformedFrameException>(vector, bytes =>
    {
        if (!Preamble.TryRead(bytes, out Preamble preamble))
            return ([("more", "yes")], null);
        byte[] written = new byte[Preamble.Size];
        preamble.Write(written);
        return ([("min-version", preamble.MinVersion), ("max-version", preamble.MaxVersion), ("hello-length", preamble.HelloLength)], written);
    });

    [TestMethod]
    [DynamicData(nameof(Hellos), DynamicDataDisplayName = nameof(DisplayName))]
    public void Hello_Vector(Vector vector) => Check<MalformedFrameException>(vector, bytes =>
    {
        Hello hello = Hello.Read(bytes);
        byte[] written = new byte[Preamble.MaxHelloLength];
        List<(string, object)> fields =
        [
            ("role", hello.Role), ("channel", hello.Channel), ("writes", Text(hello.Writes)), ("reads", Text(hello.Reads)),
            ("library", hello.LibraryVersion), ("features", hello.Features), ("required", hello.RequiredFeatures),
        ];
        if (hello.ProcessId is { } process)
            fields.Add(("process", process));
        if (!hello.Key.IsEmpty)
            fields.Add(("key", Convert.ToHexStringLower(hello.Key.Span)));
        if (hello.IsOnDemand)
            fields.Add(("on-demand", "yes"));
        if (hello.MaxItemBytes is { } maxItemBytes)
            fields.Add(("max-item", maxItemBytes));
        if (hello.IsSingleReader)
            fields.Add(("single-reader", "yes"));
        return (fields, written[..hello.Write(written)]);
    });

    [TestMethod]
    [DynamicData(nameof(Frames), DynamicDataDisplayName = nameof(DisplayName))]
    public void Frame_Vector(Vector vector) => Check<MalformedFrameException>(vector, bytes =>
    {
        FrameHeader header = FrameHeader.Read(bytes);
        bool isKnown = FrameLimits.Check(header, MaxItemBytes);
        ReadOnlySpan<byte> body = bytes[FrameHeader.Size..];
        Assert.AreEqual((int)header.Length, body.Length);
        byte[] written = new byte[FrameHeader.Size + FrameLimits.ControlBytes];
        if (!isKnown)
            return ([("frame", "unknown")], null);
        (int length, List<(string, object)> fields) = ReadControl(header.Type, body, written);
        return ([("frame", header.Type), .. fields], written[..length]);
    });

    [TestMethod]
    [DynamicData(nameof(Items), DynamicDataDisplayName = nameof(DisplayName))]
    public void Items_Vector(Vector vector) => Check<MalformedFrameException>(vector, bytes =>
    {
        int elementSize = vector.Number("element-size");
        FrameHeader header = FrameHeader.Read(bytes);
        Assert.IsTrue(FrameLimits.Check(header, MaxItemBytes));
        ItemsHeader head = ItemsHeader.Read(bytes[FrameHeader.Size..]);
        int length = head.CheckPayload(header.Length, (ulong)vector.Number("next-sequence"), elementSize);
        ReadOnlySpan<byte> payload = bytes[^length..];
        if (elementSize == 0)
            ItemsHeader.CheckLengths(payload, head.Count, MaxItemBytes);
        ReadOnlySpan<byte> extension = bytes[(FrameHeader.Size + ItemsHeader.Size)..^length];
        List<(string, object)> fields = [("items", string.Join(' ', Split(payload, elementSize)))];
        if (!extension.IsEmpty)
            fields.Add(("extension", Convert.ToHexStringLower(extension)));
        if (vector.Fields.ContainsKey("leased"))
            fields.Add(("deliveries", ItemsExtension.ReadDeliveries(extension)));
        byte[] written = new byte[FrameHeader.Size + ItemsHeader.Size];
        header.Write(written);
        head.Write(written.AsSpan(FrameHeader.Size));
        return (fields, [.. written, .. extension, .. payload]);
    });

    [TestMethod]
    [DynamicData(nameof(Texts), DynamicDataDisplayName = nameof(DisplayName))]
    public void Text_Vector(Vector vector) => Check<Exception>(vector, bytes =>
    {
        string text = Codec.Of<string>().Decode(bytes.ToArray());
        string units = string.Join(' ', text.Select(unit => ((int)unit).ToString("x4", CultureInfo.InvariantCulture)));
        return ([("utf16", units)], Codec.Of<string>().Encode(text));
    });

    [TestMethod]
    [DynamicData(nameof(Lanes), DynamicDataDisplayName = nameof(DisplayName))]
    public void Lane_Vector(Vector vector) => Check<InvalidDataException>(vector, bytes =>
    {
        byte[] page = new byte[LaneLayout.HeaderBytes];
        bytes.CopyTo(page);
        LaneLayout layout = LaneLayout.Read(page, vector.Number("length"));
        byte[] written = new byte[LaneLayout.HeaderBytes];
        layout.Write(written);
        Assert.AreEqual(-1, written.AsSpan(bytes.Length).IndexOfAnyExcept((byte)0));
        List<(string, object)> fields =
        [
            ("element", layout.ElementSize), ("max-item", layout.MaxItemBytes), ("capacity", layout.Capacity),
            ("unread", layout.UnreadBytes), ("most", layout.MaxBytes), ("use", layout.Use),
        ];
        if (layout.RentBytes > 0)
            fields.Add(("rent", layout.RentBytes));
        return (fields, written[..bytes.Length]);
    });

    private static IEnumerable<object[]> Of(string file) => Vector.Read(file).Select(vector => new object[] { vector });

    private static void Check<TError>(Vector vector, Reader read)
        where TError : Exception
    {
        if (vector.Error is { } error)
        {
            TError thrown = Assert.Throws<TError>(() => read(vector.Bytes));
            StringAssert.Contains(thrown.Message, error);
            return;
        }

        (List<(string Name, object Value)> fields, byte[]? written) = read(vector.Bytes);
        string expected = Lines(vector.Fields.Where(field => !s_howToRead.Contains(field.Key)).Select(field => (field.Key, (object)field.Value)));
        Assert.AreEqual(expected, Lines(fields));
        if (!vector.IsOneWay && written is not null)
            Assert.AreEqual(Convert.ToHexStringLower(vector.Bytes), Convert.ToHexStringLower(written));
    }

    private static string Lines(IEnumerable<(string Name, object Value)> fields) =>
        string.Join('\n', fields.Select(field => string.Create(CultureInfo.InvariantCulture, $"{field.Name}: {field.Value}")).Order(StringComparer.Ordinal));

    private static (int Length, List<(string, object)> Fields) ReadControl(FrameType type, ReadOnlySpan<byte> body, Span<byte> written)
    {
        switch (type)
        {
            case FrameType.Welcome:
                WelcomeFrame welcome = WelcomeFrame.Read(body);
                return (welcome.Write(written), [("items", welcome.Credit.Items), ("bytes", welcome.Credit.Bytes), ("max-item", welcome.MaxItemBytes)]);
            case FrameType.Credit:
                CreditFrame credit = CreditFrame.Read(body);
                return (credit.Write(written), [("items", credit.Items), ("bytes", credit.Bytes)]);
            case FrameType.Reclaimed:
                ReclaimedFrame reclaimed = ReclaimedFrame.Parse(body);
                return (reclaimed.Write(written), [("read", reclaimed.Read), ("cut", reclaimed.Cut)]);
            case FrameType.Settle:
                bool isAnswerWanted = SettleFrame.ReadFlags(body, out ReadOnlySpan<byte> rest);
                List<SettleRange> ranges = [];
                while (SettleFrame.TryReadRange(ref rest, out SettleRange range))
                    ranges.Add(range);
                string text = string.Join(", ", ranges.Select(range => $"{range.First}+{range.Count} {range.Outcome}"));
                return (SettleFrame.Write(written, isAnswerWanted, [.. ranges]), [("answer", isAnswerWanted), ("ranges", text)]);
            case FrameType.Complete or FrameType.Ended:
                CompleteFrame complete = CompleteFrame.Read(body, type);
                return (
                    complete.Write(written, type),
                    [("total", complete.Total), ("outcome", complete.Outcome), ("type", complete.TypeName), ("text", complete.Message)]);
            case FrameType.Refuse or FrameType.ReceiveClosing or FrameType.Abort:
                ReasonFrame reason = ReasonFrame.Read(body, type);
                return (reason.Write(written, type), [("code", (byte)reason.Code), ("text", reason.Text)]);
            default:
                long value = CounterFrame.Read(body, type);
                return (CounterFrame.Write(written, type, value), [("value", value)]);
        }
    }

    private static List<string> Split(ReadOnlySpan<byte> payload, int elementSize)
    {
        List<string> items = [];
        while (!payload.IsEmpty)
        {
            int length = ItemsHeader.LengthOfFirst(payload, elementSize);
            ReadOnlySpan<byte> item = payload[..length];
            if (elementSize == 0)
            {
                bool isNull = BitConverter.ToInt32(item) == ItemsHeader.NullLength;
                item = item[ItemsHeader.LengthPrefix..];
                items.Add(isNull ? "null" : item.IsEmpty ? "empty" : Convert.ToHexStringLower(item));
            }
            else
            {
                items.Add(Convert.ToHexStringLower(item));
            }

            payload = payload[length..];
        }

        return items;
    }

    private static string Text(HelloContract contract) => $"{contract.ContentType}|{contract.Name}|{contract.ElementSize}|{contract.Layout}";

    private delegate (List<(string Name, object Value)> Fields, byte[]? Written) Reader(ReadOnlySpan<byte> bytes);
}
