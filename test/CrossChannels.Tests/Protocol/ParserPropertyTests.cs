using CrossChannels.Protocol;
using FsCheck;
using FsCheck.Fluent;

namespace CrossChannels.Tests.Protocol;

/// <summary>Whatever bytes come: a frame, or a malformed one; never another error.</summary>
[TestClass]
public sealed class ParserPropertyTests
{
    private static readonly Arbitrary<byte[]> s_bytes = ArbMap.Default.ArbFor<byte[]>();

    private static void ForAll(Action<byte[]> parse) =>
        Prop.ForAll(s_bytes, bytes =>
        {
            try
            {
                parse(bytes);
            }
            catch (MalformedFrameException)
            {
                // Which is what it is for.
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000).WithEndSize(200));

    [TestMethod]
    public void Preamble_AnyBytes() => ForAll(static bytes => Preamble.TryRead([.. Preamble.Magic, .. bytes], out _));

    [TestMethod]
    public void Hello_AnyBytes() => ForAll(static bytes => Hello.Read(bytes));

    [TestMethod]
    public void Contract_AnyBytes() => ForAll(static bytes => HelloContract.Read(bytes));

    [TestMethod]
    public void Complete_AnyBytes() => ForAll(static bytes => CompleteFrame.Read([.. new byte[8], 1, .. bytes, 0, 0, 0, 0]));

    [TestMethod]
    public void Reason_AnyBytes() => ForAll(static bytes => ReasonFrame.Read([.. bytes, 0, 0, 0], FrameType.Abort));

    [TestMethod]
    public void Settle_AnyBytes_RangesAreWithinTheLimits() => ForAll(static bytes =>
    {
        SettleFrame.ReadFlags([.. bytes, 0], out _);
        ReadOnlySpan<byte> rest = [.. bytes, .. new byte[(SettleFrame.RangeSize - (bytes.Length % SettleFrame.RangeSize)) % SettleFrame.RangeSize]];
        while (SettleFrame.TryReadRange(ref rest, out SettleRange range))
            Assert.IsTrue(range is { First: >= 0, Count: > 0, Outcome: SettleOutcome.Completed or SettleOutcome.Abandoned or SettleOutcome.Unreadable });
    });

    [TestMethod]
    public void Reclaimed_AnyBytes_CountsAreNotNegative() => ForAll(static bytes =>
    {
        ReclaimedFrame frame = ReclaimedFrame.Parse([.. bytes, .. new byte[ReclaimedFrame.BodySize]]);
        Assert.IsTrue(frame is { Read: >= 0, Cut: >= 0 });
    });

    [TestMethod]
    public void Extension_AnyBytes_DeliveriesAreNotNegative() => ForAll(static bytes =>
        Assert.IsGreaterThanOrEqualTo(0, ItemsExtension.ReadDeliveries(bytes)));

    [TestMethod]
    public void Lengths_AnyBytes_WalkedWithinThem() => ForAll(static bytes =>
    {
        ItemsHeader.CheckLengths(bytes, (uint)bytes.Length / 4, 100);
        // What was accepted can be walked to its last byte.
        ReadOnlySpan<byte> rest = bytes;
        for (int i = 0; i < bytes.Length / 4; i++)
            rest = rest[ItemsHeader.LengthOfFirst(rest, 0)..];
        Assert.AreEqual(0, rest.Length);
    });

    [TestMethod]
    public void Header_AnyBytes_LengthIsWithinTheLimits() => ForAll(static bytes =>
    {
        FrameHeader header = FrameHeader.Read([.. bytes, .. new byte[FrameHeader.Size]]);
        FrameLimits.Check(header, 1000);
        Assert.IsLessThanOrEqualTo(ItemsHeader.Size + FrameLimits.ExtensionBytes + FrameLimits.BatchBytes, (int)header.Length);
    });

    [TestMethod]
    public void Items_AnyHeader_PayloadIsWithinTheBody() => Prop.ForAll(
        ArbMap.Default.ArbFor<uint>(), ArbMap.Default.ArbFor<uint>(), ArbMap.Default.ArbFor<uint>(), (count, extension, body) =>
        {
            body = Math.Max(body, ItemsHeader.Size);
            foreach (int elementSize in new[] { 0, 1, 8, int.MaxValue })
            {
                try
                {
                    int payload = new ItemsHeader(0, count, extension).CheckPayload(body, 0, elementSize);
                    Assert.AreEqual(body, ItemsHeader.Size + extension + (uint)payload);
                }
                catch (MalformedFrameException)
                {
                }
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [TestMethod]
    public void Texts_AnyString_ComeBackUpToTheCut() => Prop.ForAll(ArbMap.Default.ArbFor<string>(), text =>
    {
        text ??= "";
        byte[] bytes = new byte[FrameHeader.Size + FrameLimits.ControlBytes];
        int size = new ReasonFrame(ReasonCode.Given, text).Write(bytes, FrameType.Abort);
        string read = ReasonFrame.Read(bytes.AsSpan(FrameHeader.Size, size - FrameHeader.Size), FrameType.Abort).Text;
        string wellFormed = System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text));
        Assert.IsTrue(wellFormed.StartsWith(read, StringComparison.Ordinal));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
}
