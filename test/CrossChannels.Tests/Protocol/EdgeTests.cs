using System.Diagnostics;
using CrossChannels.Protocol;

namespace CrossChannels.Tests.Protocol;

/// <summary>Values at the edge of what is allowed, and what is said of those beyond.</summary>
[TestClass]
public sealed class EdgeTests
{
    [TestMethod]
    public void Credit_OfNothing_IsCredit() => Assert.AreEqual(new CreditFrame(0, 0), CreditFrame.Read(new byte[16]));

    [TestMethod]
    public void Deliveries_OfNone_AreRead()
    {
        byte[] block = new byte[ItemsExtension.DeliveriesSize];
        ItemsExtension.WriteDeliveries(block, 3);
        Assert.AreEqual(3, ItemsExtension.ReadDeliveries(block));
        block.AsSpan(4).Clear();
        Assert.AreEqual(0, ItemsExtension.ReadDeliveries(block));
    }

    [TestMethod]
    [DataRow(ActivityTraceFlags.None, 1)]
    [DataRow(ActivityTraceFlags.Recorded, 0)]
    public void Trace_KeepsItsFlags(ActivityTraceFlags flags, int other)
    {
        byte[] trace = new byte[16], span = new byte[8];
        Array.Fill(trace, (byte)(2 + other));
        Array.Fill(span, (byte)(4 + other));
        var context = new ActivityContext(ActivityTraceId.CreateFromBytes(trace), ActivitySpanId.CreateFromBytes(span), flags, isRemote: true);
        byte[] block = new byte[ItemsExtension.TraceSize];
        ItemsExtension.WriteTrace(block, context);
        Assert.AreEqual(context, ItemsExtension.ReadTrace(block));
    }

    [TestMethod]
    public void SettleFrame_KnowsThreeOutcomes()
    {
        byte[] frame = new byte[64];
        int length = SettleFrame.Write(frame, isAnswerWanted: true, [new SettleRange(0, 1, SettleOutcome.Unreadable)]);
        Assert.IsTrue(SettleFrame.ReadFlags(frame.AsSpan(FrameHeader.Size, length - FrameHeader.Size), out ReadOnlySpan<byte> rest));
        Assert.IsTrue(SettleFrame.TryReadRange(ref rest, out SettleRange range));
        Assert.AreEqual(SettleOutcome.Unreadable, range.Outcome);
        Assert.IsFalse(SettleFrame.IsEmpty(frame.AsSpan(FrameHeader.Size, length - FrameHeader.Size)));
        Assert.IsTrue(SettleFrame.IsEmpty(frame.AsSpan(FrameHeader.Size, SettleFrame.LeastSize)));
    }

    [TestMethod]
    public void FrameName_OfAnUnknownType_IsItsNumber()
    {
        Assert.AreEqual("Items", FrameLimits.Name(FrameType.Items));
        Assert.AreEqual("0xee", FrameLimits.Name((FrameType)0xee));
    }

    /// <summary>Where there is less room than its limit, a text is cut to the room.</summary>
    [TestMethod]
    public void Text_IsCutToItsRoom()
    {
        byte[] bytes = new byte[6];
        Assert.AreEqual(6, WireText.Write(bytes, "abcdefgh", 100));
        ReadOnlySpan<byte> read = bytes;
        Assert.AreEqual("abcd", WireText.Read(ref read, "It"));
        Assert.IsTrue(read.IsEmpty);
    }

    [TestMethod]
    public void WhatIsCutOff_IsNamed()
    {
        AssertSays("The hello's contract is cut off.", static () => HelloContract.Read(new byte[3]));
        AssertSays("The hello's content type is cut off.", static () => HelloContract.Read(new byte[4]));
        AssertSays("The hello's contract name is cut off.", static () => HelloContract.Read(new byte[6]));
        AssertSays("The hello's layout is cut off.", static () => HelloContract.Read(new byte[8]));
        AssertSays("Frame Complete: the type is cut off.", static () => CompleteFrame.Read(new byte[9]));
        AssertSays("Frame Complete: the message is cut off.", static () => CompleteFrame.Read(new byte[11]));
    }

    [TestMethod]
    public void Hello_NamesNothingUnlessItIsTold()
    {
        var hello = new Hello { Writes = Contract, Reads = Contract };
        Assert.AreEqual("", hello.Channel);
        Assert.AreEqual("", hello.LibraryVersion);
    }

    private static HelloContract Contract => new("", "", 0, "");

    private static void AssertSays(string message, Action read) =>
        Assert.AreEqual(message, Assert.ThrowsExactly<MalformedFrameException>(read).Message);
}
