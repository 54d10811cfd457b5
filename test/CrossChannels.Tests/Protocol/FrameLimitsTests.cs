using CrossChannels.Protocol;

namespace CrossChannels.Tests.Protocol;

[TestClass]
public sealed class FrameLimitsTests
{
    private const int MaxItemBytes = 100_000;

    private static IEnumerable<(FrameType Type, uint Least, uint Most)> Known =>
    [
        (FrameType.Welcome, 20, 4096),
        (FrameType.Refuse, 3, 4096),
        (FrameType.Items, 16, 16 + 1024 + MaxItemBytes + 4),
        (FrameType.Credit, 16, 16),
        (FrameType.Want, 8, 8),
        (FrameType.WantWithdrawn, 8, 8),
        (FrameType.Revoke, 8, 8),
        (FrameType.Revoked, 8, 8),
        (FrameType.Doorbell, 8, 8),
        (FrameType.Flush, 8, 8),
        (FrameType.Received, 8, 8),
        (FrameType.Join, 8, 8),
        (FrameType.Joined, 8, 8),
        (FrameType.Report, 8, 8),
        (FrameType.Reclaim, 8, 8),
        (FrameType.Reclaimed, 16, 16),
        (FrameType.Settle, 1, 4096),
        (FrameType.Settled, 8, 8),
        (FrameType.Complete, 13, 4096),
        (FrameType.Ended, 13, 4096),
        (FrameType.SendFinished, 8, 8),
        (FrameType.ReceiveClosing, 3, 4096),
        (FrameType.ReceiveFinished, 8, 8),
        (FrameType.Abort, 3, 4096),
        (FrameType.Ping, 8, 8),
        (FrameType.Pong, 8, 8),
        (FrameType.Goodbye, 8, 8),
    ];

    [TestMethod]
    public void Check_EveryKnownType_AllowsItsLengthsAndNoOther()
    {
        CollectionAssert.AreEquivalent(Enum.GetValues<FrameType>(), Known.Select(known => known.Type).ToArray());
        foreach ((FrameType type, uint least, uint most) in Known)
        {
            foreach (byte flags in new byte[] { 0, FrameHeader.Ignorable, 0xff })
            {
                Assert.IsTrue(FrameLimits.Check(new(least, type, flags, 0), MaxItemBytes), $"{type}");
                Assert.IsTrue(FrameLimits.Check(new(most, type, flags, 0), MaxItemBytes), $"{type}");
                foreach (uint length in new uint[] { 0, least - 1, most + 1, int.MaxValue, 1u << 31, uint.MaxValue })
                {
                    var e = Assert.ThrowsExactly<MalformedFrameException>(() => FrameLimits.Check(new(length, type, flags, 0), MaxItemBytes), $"{type}");
                    StringAssert.Contains(e.Message, $"Frame {type} has a length of {length:N0} bytes, and {least:N0} to {most:N0} are allowed.");
                }
            }
        }
    }

    [TestMethod]
    public void Check_EveryUnknownType_IsSkippedIfIgnorableAndBounded()
    {
        for (int type = 0; type < 256; type++)
        {
            if (Enum.IsDefined((FrameType)type))
                continue;
            Assert.IsFalse(FrameLimits.Check(new(0, (FrameType)type, FrameHeader.Ignorable, 0), MaxItemBytes));
            Assert.IsFalse(FrameLimits.Check(new(4096, (FrameType)type, FrameHeader.Ignorable, 0), MaxItemBytes));
            Assert.ThrowsExactly<MalformedFrameException>(() => FrameLimits.Check(new(4097, (FrameType)type, FrameHeader.Ignorable, 0), MaxItemBytes));
            Assert.ThrowsExactly<MalformedFrameException>(() => FrameLimits.Check(new(uint.MaxValue, (FrameType)type, FrameHeader.Ignorable, 0), MaxItemBytes));
            var e = Assert.ThrowsExactly<MalformedFrameException>(() => FrameLimits.Check(new(8, (FrameType)type, 0xfe, 0), MaxItemBytes));
            StringAssert.Contains(e.Message, $"0x{type:x2} is unknown and not marked as ignorable");
        }
    }

    [TestMethod]
    [DataRow((ushort)1)]
    [DataRow(ushort.MaxValue)]
    public void Check_OtherAttachment_Throws(ushort attachment)
    {
        foreach ((FrameType type, uint least, _) in Known)
            Assert.ThrowsExactly<MalformedFrameException>(() => FrameLimits.Check(new(least, type, 0, attachment), MaxItemBytes));
        Assert.ThrowsExactly<MalformedFrameException>(() => FrameLimits.Check(new(0, (FrameType)0x7f, FrameHeader.Ignorable, attachment), MaxItemBytes));
    }

    [TestMethod]
    [DataRow(1, FrameLimits.BatchBytes)]
    [DataRow(FrameLimits.BatchBytes, FrameLimits.BatchBytes + 4)]
    [DataRow(1 << 30, (1 << 30) + 4)]
    public void MaxPayload_IsABatchOrALoneItem(int maxItemBytes, int expected) => Assert.AreEqual(expected, FrameLimits.MaxPayload(maxItemBytes));
}
