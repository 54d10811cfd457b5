using CrossChannels.Protocol;

namespace CrossChannels.Tests.Protocol;

/// <summary>Every frame, written and read back, and cut off.</summary>
[TestClass]
public sealed class FrameTests
{
    private readonly byte[] _bytes = new byte[FrameHeader.Size + FrameLimits.ControlBytes];

    private ReadOnlySpan<byte> Body(int size, FrameType type)
    {
        FrameHeader header = FrameHeader.Read(_bytes);
        Assert.AreEqual(new FrameHeader((uint)(size - FrameHeader.Size), type, 0, 0), header);
        Assert.IsTrue(FrameLimits.Check(header, 1 << 20));
        return _bytes.AsSpan(FrameHeader.Size, (int)header.Length);
    }

    [TestMethod]
    [DataRow(0u, (byte)0, (byte)0, (ushort)0)]
    [DataRow(uint.MaxValue, (byte)255, (byte)255, ushort.MaxValue)]
    [DataRow(0x01020304u, (byte)5, (byte)6, (ushort)0x0708)]
    public void Header_WriteRead_Same(uint length, byte type, byte flags, ushort attachment)
    {
        var header = new FrameHeader(length, (FrameType)type, flags, attachment);
        header.Write(_bytes);
        Assert.AreEqual(header, FrameHeader.Read(_bytes));
    }

    [TestMethod]
    public void Header_OnTheWire_IsLittleEndian()
    {
        new FrameHeader(0x01020304, FrameType.Credit, 0x06, 0x0708).Write(_bytes);
        CollectionAssert.AreEqual(new byte[] { 4, 3, 2, 1, 0x11, 6, 8, 7 }, _bytes[..8]);
    }

    [TestMethod]
    [DataRow(0L)]
    [DataRow(1L)]
    [DataRow(long.MaxValue)]
    public void Counter_WriteRead_Same(long value)
    {
        foreach (FrameType type in Enum.GetValues<FrameType>())
            Assert.AreEqual(value, CounterFrame.Read(Body(CounterFrame.Write(_bytes, FrameType.Goodbye, value), FrameType.Goodbye), type));
    }

    [TestMethod]
    [DataRow(-1L)]
    [DataRow(long.MinValue)]
    public void Counter_Negative_Throws(long value) =>
        Assert.ThrowsExactly<MalformedFrameException>(() => CounterFrame.Read(BitConverter.GetBytes(value), FrameType.Join));

    [TestMethod]
    public void Credit_WriteRead_SameUnlessNegative()
    {
        var credit = new CreditFrame(long.MaxValue, 5);
        Assert.AreEqual(credit, CreditFrame.Read(Body(credit.Write(_bytes), FrameType.Credit)));
        foreach (CreditFrame negative in new[] { new CreditFrame(-1, 5), new CreditFrame(5, -1), new CreditFrame(long.MinValue, long.MinValue) })
        {
            negative.Write(_bytes);
            Assert.ThrowsExactly<MalformedFrameException>(() => CreditFrame.Read(_bytes.AsSpan(FrameHeader.Size, CreditFrame.BodySize)));
        }
    }

    [TestMethod]
    public void Welcome_WriteRead_SameAndLaterFieldsAreSkipped()
    {
        var welcome = new WelcomeFrame(new CreditFrame(3, 4), 5);
        ReadOnlySpan<byte> body = Body(welcome.Write(_bytes), FrameType.Welcome);
        Assert.AreEqual(welcome, WelcomeFrame.Read(body));
        Assert.AreEqual(welcome, WelcomeFrame.Read([.. body, 1, 2, 3]));
    }

    [TestMethod]
    public void Complete_WriteRead_Same()
    {
        foreach (CompletionOutcome outcome in Enum.GetValues<CompletionOutcome>())
        {
            var complete = new CompleteFrame(long.MaxValue, outcome, "A.Type", "a message: äß\u0000€\U0001f600");
            Assert.AreEqual(complete, CompleteFrame.Read(Body(complete.Write(_bytes), FrameType.Complete)));
        }
    }

    [TestMethod]
    public void Complete_TextsTooLong_AreCutAtACharacter()
    {
        string text = string.Concat(Enumerable.Repeat("a\U0001f600", 5000));
        CompleteFrame read = CompleteFrame.Read(Body(new CompleteFrame(1, CompletionOutcome.Error, text, text).Write(_bytes), FrameType.Complete));
        StringAssert.StartsWith(text, read.TypeName);
        StringAssert.StartsWith(text, read.Message);
        Assert.IsInRange(500, 512, System.Text.Encoding.UTF8.GetByteCount(read.TypeName));
        Assert.IsInRange(3060, 3072, System.Text.Encoding.UTF8.GetByteCount(read.Message));
    }

    [TestMethod]
    public void Complete_LoneSurrogates_AreReplaced()
    {
        CompleteFrame read = CompleteFrame.Read(Body(new CompleteFrame(1, CompletionOutcome.Error, "\ud800", "x\udc00y\ud800").Write(_bytes), FrameType.Complete));
        Assert.AreEqual("\ufffd", read.TypeName);
        Assert.AreEqual("x\ufffdy\ufffd", read.Message);
    }

    [TestMethod]
    public void Reason_WriteRead_Same()
    {
        foreach (FrameType type in new[] { FrameType.Refuse, FrameType.ReceiveClosing, FrameType.Abort })
        {
            var reason = new ReasonFrame((ReasonCode)200, "why");
            Assert.AreEqual(reason, ReasonFrame.Read(Body(reason.Write(_bytes, type), type), type));
            var none = new ReasonFrame(ReasonCode.None, "");
            Assert.AreEqual(none, ReasonFrame.Read(Body(none.Write(_bytes, type), type), type));
        }
    }

    [TestMethod]
    public void Texts_CutAtAnyByte_ThrowOrAreWhole()
    {
        byte[] complete = Body(new CompleteFrame(1, CompletionOutcome.Error, "type", "message").Write(_bytes), FrameType.Complete).ToArray();
        for (int length = CompleteFrame.LeastSize; length < complete.Length; length++)
            Assert.ThrowsExactly<MalformedFrameException>(() => CompleteFrame.Read(complete.AsSpan(0, length)));
        byte[] reason = Body(new ReasonFrame(ReasonCode.Given, "reason").Write(_bytes, FrameType.Abort), FrameType.Abort).ToArray();
        for (int length = ReasonFrame.LeastSize; length < reason.Length; length++)
            Assert.ThrowsExactly<MalformedFrameException>(() => ReasonFrame.Read(reason.AsSpan(0, length), FrameType.Abort));
    }
}
