using System.Buffers.Binary;
using CrossChannels.Protocol;

namespace CrossChannels.Tests.Protocol;

[TestClass]
public sealed class ItemsHeaderTests
{
    [TestMethod]
    [DataRow(0)]
    [DataRow(8)]
    public void Payload_IsWalked_ItemByItem(int elementSize)
    {
        byte[] payload = elementSize > 0 ? new byte[24] : [2, 0, 0, 0, 1, 2, 255, 255, 255, 255, 0, 0, 0, 0];
        int[] lengths = elementSize > 0 ? [0, 8, 16, 24] : [0, 6, 10, 14];
        for (int count = 0; count <= 3; count++)
            Assert.AreEqual(lengths[count], ItemsHeader.LengthOf(payload, count, elementSize));
        for (int bytes = 0; bytes <= 30; bytes++)
        {
            int fits = Math.Max(1, lengths.Count(length => length > 0 && length <= bytes));
            Assert.AreEqual(fits, ItemsHeader.CountWithin(payload, 3, bytes, elementSize), $"{bytes} bytes");
            Assert.AreEqual(Math.Min(2, fits), ItemsHeader.CountWithin(payload, 2, bytes, elementSize), $"{bytes} bytes");
        }
        if (elementSize > 0)
            return;
        Assert.IsFalse(ItemsHeader.IsNull(payload));
        Assert.IsTrue(ItemsHeader.IsNull(payload.AsSpan(6)));
        Assert.IsFalse(ItemsHeader.IsNull(payload.AsSpan(10)));
    }

    [TestMethod]
    [DataRow(8, "and they need 16.")]
    [DataRow(0, "and they need at least 8.")]
    public void CheckPayload_TooShort_SaysWhatIsNeeded(int elementSize, string expected)
    {
        MalformedFrameException error = Assert.ThrowsExactly<MalformedFrameException>(() => new ItemsHeader(9, 2, 0).CheckPayload(ItemsHeader.Size + 7, 9, elementSize));
        Assert.Contains($"says 2 items in 7 bytes, {expected}", error.Message);
    }

    [TestMethod]
    public void WriteRead_Same()
    {
        byte[] bytes = new byte[ItemsHeader.Size];
        var header = new ItemsHeader(ulong.MaxValue, uint.MaxValue - 1, 7);
        header.Write(bytes);
        Assert.AreEqual(header, ItemsHeader.Read(bytes));
    }

    [TestMethod]
    [DataRow(1u, 0u, 24u, 8, 8)]
    [DataRow(3u, 0u, 40u, 8, 24)]
    [DataRow(1u, 1024u, 1048u, 8, 8)]
    [DataRow(1u, 0u, 20u, 0, 4)]
    [DataRow(2u, 5u, 121u, 0, 100)]
    public void CheckPayload_Fits_GivesItsLength(uint count, uint extension, uint body, int elementSize, int payload) =>
        Assert.AreEqual(payload, new ItemsHeader(9, count, extension).CheckPayload(body, 9, elementSize));

    [TestMethod]
    [DataRow(9ul, 0u, 0u, 24u, 8)]
    [DataRow(8ul, 1u, 0u, 24u, 8)]
    [DataRow(10ul, 1u, 0u, 24u, 8)]
    [DataRow(ulong.MaxValue, 1u, 0u, 24u, 8)]
    [DataRow(9ul, 1u, 0u, 16u, 8)]
    [DataRow(9ul, 1u, 0u, 23u, 8)]
    [DataRow(9ul, 1u, 0u, 25u, 8)]
    [DataRow(9ul, 2u, 0u, 24u, 8)]
    [DataRow(9ul, uint.MaxValue, 0u, 24u, 8)]
    [DataRow(9ul, 0x20000001u, 0u, 24u, 8)]
    [DataRow(9ul, 1u, 9u, 24u, 8)]
    [DataRow(9ul, 1u, 1025u, 4096u, 8)]
    [DataRow(9ul, 1u, uint.MaxValue, 24u, 8)]
    [DataRow(9ul, 1u, 0u, 19u, 0)]
    [DataRow(9ul, 2u, 0u, 23u, 0)]
    [DataRow(9ul, uint.MaxValue, 0u, 1000u, 0)]
    public void CheckPayload_DoesNotFit_Throws(ulong first, uint count, uint extension, uint body, int elementSize) =>
        Assert.ThrowsExactly<MalformedFrameException>(() => new ItemsHeader(first, count, extension).CheckPayload(body, 9, elementSize));

    [TestMethod]
    [DataRow(new[] { 0 }, 0)]
    [DataRow(new[] { -1 }, 0)]
    [DataRow(new[] { 3, -1, 0, 10 }, 13)]
    public void CheckLengths_Agree_Passes(int[] lengths, int bytes)
    {
        byte[] payload = Payload(lengths);
        Assert.HasCount((4 * lengths.Length) + bytes, payload);
        ItemsHeader.CheckLengths(payload, (uint)lengths.Length, 10);
        Assert.AreEqual(4 + Math.Max(0, lengths[0]), ItemsHeader.LengthOfFirst(payload, 0));
    }

    [TestMethod]
    [DataRow(new[] { 11 }, 1u)]
    [DataRow(new[] { 3, 11 }, 2u)]
    [DataRow(new[] { 3, 4 }, 1u)]
    [DataRow(new[] { 3, 4 }, 3u)]
    [DataRow(new[] { 3, 4 }, uint.MaxValue)]
    [DataRow(new[] { 3, 4 }, 0u)]
    public void CheckLengths_Disagree_Throws(int[] lengths, uint count) =>
        Assert.ThrowsExactly<MalformedFrameException>(() => ItemsHeader.CheckLengths(Payload(lengths), count, 10));

    [TestMethod]
    [DataRow(-2)]
    [DataRow(int.MinValue)]
    [DataRow(int.MaxValue)]
    [DataRow(11)]
    [DataRow(9)]
    public void CheckLengths_OneLengthIsALie_Throws(int length)
    {
        byte[] payload = Payload([2, 8, 3]);
        BinaryPrimitives.WriteInt32LittleEndian(payload.AsSpan(6), length);
        Assert.ThrowsExactly<MalformedFrameException>(() => ItemsHeader.CheckLengths(payload, 3, 10));
    }

    private static byte[] Payload(int[] lengths) =>
        [.. lengths.SelectMany(length => (byte[])[.. BitConverter.GetBytes(length), .. new byte[Math.Max(0, length)]])];
}
