using CrossChannels.Protocol;

namespace CrossChannels.Tests.Protocol;

[TestClass]
public sealed class HelloTests
{
    private static readonly HelloContract s_contract = new("raw", "A.Type", 8, "LE;fields");

    private static readonly Hello s_hello = new()
    {
        Role = 2,
        Channel = "parts",
        Writes = s_contract,
        Reads = new("none", "", 0, ""),
        ProcessId = 123,
        LibraryVersion = "1.2.3",
        Features = 0x8000_0000_0000_0001,
        RequiredFeatures = 2,
        Key = new byte[] { 1, 2, 3 },
        MaxItemBytes = 999,
    };

    private static byte[] Bytes(Hello hello)
    {
        byte[] bytes = new byte[Preamble.MaxHelloLength];
        return bytes[..hello.Write(bytes)];
    }

    [TestMethod]
    public void Hello_WriteRead_Same()
    {
        Hello read = Hello.Read(Bytes(s_hello));
        CollectionAssert.AreEqual(s_hello.Key.ToArray(), read.Key.ToArray());
        Assert.AreEqual(s_hello with { Key = default }, read with { Key = default });
        Assert.IsNull(Hello.Read(Bytes(s_hello with { ProcessId = null })).ProcessId);
        Assert.IsNull(Hello.Read(Bytes(s_hello with { MaxItemBytes = null })).MaxItemBytes);
    }

    [TestMethod]
    public void Hello_CutAtAnyByte_NeverAnotherError()
    {
        byte[] bytes = Bytes(s_hello);
        for (int length = 0; length < bytes.Length; length++)
        {
            try
            {
                // Cut between two fields it may still have all that it needs.
                Assert.AreEqual(s_contract, Hello.Read(bytes.AsSpan(0, length)).Writes);
            }
            catch (MalformedFrameException)
            {
            }
        }
    }

    [TestMethod]
    public void Hello_UnknownField_SkippedUnlessItMustBeUnderstood()
    {
        byte[] bytes = Bytes(s_hello);
        Assert.AreEqual("parts", Hello.Read([0xff, 0x7f, 2, 0, 1, 1, .. bytes, 13, 0, 0, 0]).Channel);
        var e = Assert.ThrowsExactly<MalformedFrameException>(() => Hello.Read([.. bytes, 0x0a, 0x80, 0, 0]));
        StringAssert.Contains(e.Message, "field 32778, which must be understood");
    }

    [TestMethod]
    [DataRow((ushort)1, 2)]
    [DataRow((ushort)5, 3)]
    [DataRow((ushort)7, 9)]
    [DataRow((ushort)8, 0)]
    [DataRow((ushort)10, 2)]
    [DataRow((ushort)11, 3)]
    [DataRow((ushort)11, 8)]
    [DataRow((ushort)12, 2)]
    [DataRow((ushort)3, 3)]
    public void Hello_FieldOfWrongLength_Throws(ushort id, int length) =>
        Assert.ThrowsExactly<MalformedFrameException>(() => Hello.Read(
            [.. Bytes(s_hello), .. BitConverter.GetBytes(id), .. BitConverter.GetBytes((ushort)length), .. new byte[length]]));

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(255)]
    [DataRow(256)]
    [DataRow(257)]
    [DataRow(3000)]
    public void Hello_KeyOfAnyLength_IsReadUpTo256Bytes(int length)
    {
        byte[] bytes = [.. Bytes(s_hello with { Key = default }), .. BitConverter.GetBytes((ushort)9), .. BitConverter.GetBytes((ushort)length), .. new byte[length]];
        if (length <= 256)
            Assert.AreEqual(length, Hello.Read(bytes).Key.Length);
        else
            StringAssert.Contains(Assert.ThrowsExactly<MalformedFrameException>(() => Hello.Read(bytes)).Message, $"key has {length:N0} bytes, and at most 256 are allowed");
    }

    [TestMethod]
    [DataRow(int.MinValue, false)]
    [DataRow(-1, false)]
    [DataRow(0, false)]
    [DataRow(1, true)]
    [DataRow(int.MaxValue, true)]
    public void Hello_MaxItem_IsAtLeastOne(int maxItemBytes, bool isGood)
    {
        byte[] bytes = Bytes(s_hello with { MaxItemBytes = maxItemBytes });
        if (isGood)
            Assert.AreEqual(maxItemBytes, Hello.Read(bytes).MaxItemBytes);
        else
            StringAssert.Contains(Assert.ThrowsExactly<MalformedFrameException>(() => Hello.Read(bytes)).Message, "field 11");
    }

    [TestMethod]
    [DataRow(256, true)]
    [DataRow(257, false)]
    public void Contract_TextOfAnyLength_IsReadUpTo256Bytes(int length, bool isGood)
    {
        byte[] text = [.. BitConverter.GetBytes((ushort)length), .. new byte[length]];
        byte[] bytes = [0, 0, 0, 0, .. text, 0, 0, 0, 0];
        if (isGood)
            Assert.AreEqual(length, HelloContract.Read(bytes).ContentType.Length);
        else
            StringAssert.Contains(Assert.ThrowsExactly<MalformedFrameException>(() => HelloContract.Read(bytes)).Message, "content type has 257 bytes, and at most 256 are allowed");
    }

    [TestMethod]
    public void Contract_CutAtAnyByte_Throws()
    {
        byte[] bytes = new byte[HelloContract.MaxSize];
        int size = s_contract.Write(bytes);
        Assert.AreEqual(s_contract, HelloContract.Read(bytes.AsSpan(0, size)));
        for (int length = 0; length < size; length++)
            Assert.ThrowsExactly<MalformedFrameException>(() => HelloContract.Read(bytes.AsSpan(0, length)));
        Assert.ThrowsExactly<MalformedFrameException>(() => HelloContract.Read([0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0]));
    }

    [TestMethod]
    public void Contract_LongestTexts_Fit()
    {
        string longest = new('x', 1000);
        byte[] bytes = new byte[HelloContract.MaxSize];
        Assert.AreEqual(HelloContract.MaxSize, new HelloContract(longest, longest, 1, longest).Write(bytes));
        Assert.AreEqual(longest[..256], HelloContract.Read(bytes).Layout);
    }

    [TestMethod]
    public void Preamble_WriteRead_SameAndNothingBeforeItIsWhole()
    {
        byte[] bytes = new byte[Preamble.Size];
        var preamble = new Preamble(1, 3, Preamble.MaxHelloLength);
        preamble.Write(bytes);
        for (int length = 0; length < Preamble.Size; length++)
            Assert.IsFalse(Preamble.TryRead(bytes.AsSpan(0, length), out _));
        Assert.IsTrue(Preamble.TryRead(bytes, out Preamble read));
        Assert.AreEqual(preamble, read);
    }

    [TestMethod]
    public void Preamble_OneWrongByteOfTheMagic_SeenAtOnce()
    {
        byte[] bytes = new byte[Preamble.Size];
        for (int at = 0; at < Preamble.Magic.Length; at++)
        {
            new Preamble(1, 1, 0).Write(bytes);
            bytes[at] ^= 0x20;
            Assert.ThrowsExactly<MalformedFrameException>(() => Preamble.TryRead(bytes.AsSpan(0, at + 1), out _));
        }
    }

    [TestMethod]
    [DataRow((ushort)2, (ushort)1, 0)]
    [DataRow((ushort)1, (ushort)1, -1)]
    [DataRow((ushort)1, (ushort)1, 4097)]
    [DataRow((ushort)1, (ushort)1, int.MinValue)]
    public void Preamble_OutOfRange_Throws(ushort min, ushort max, int length)
    {
        byte[] bytes = new byte[Preamble.Size];
        new Preamble(min, max, length).Write(bytes);
        Assert.ThrowsExactly<MalformedFrameException>(() => Preamble.TryRead(bytes, out _));
    }

    [TestMethod]
    [DataRow((ushort)1, (ushort)1, (ushort)1, (ushort)1, 1)]
    [DataRow((ushort)1, (ushort)3, (ushort)2, (ushort)9, 3)]
    [DataRow((ushort)1, (ushort)1, (ushort)2, (ushort)3, 0)]
    [DataRow((ushort)4, (ushort)5, (ushort)2, (ushort)3, 0)]
    [DataRow((ushort)0, (ushort)ushort.MaxValue, (ushort)7, (ushort)7, 7)]
    public void Common_IsTheHighestOfBoth(ushort min, ushort max, ushort otherMin, ushort otherMax, int common) =>
        Assert.AreEqual(common, Preamble.Common(new(min, max, 0), new(otherMin, otherMax, 0)));
}
