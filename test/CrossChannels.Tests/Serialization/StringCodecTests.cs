using System.Text;

namespace CrossChannels.Tests.Serialization;

[TestClass]
public sealed class StringCodecTests
{
    [TestMethod]
    [DataRow("")]
    [DataRow("a")]
    [DataRow("\0")]
    [DataRow("grüße 😀")]
    [DataRow("\uFEFFmark")]
    [DataRow("\uFFFD")]
    public void String_WellFormed_IsPlainUtf8(string text)
    {
        byte[] bytes = Codec.Of<string>().Encode(text);

        CollectionAssert.AreEqual(Encoding.UTF8.GetBytes(text), bytes);
        Assert.AreEqual(text, Codec.RoundTrip(text));
    }

    [TestMethod]
    public void String_WithLoneSurrogates_ComesBack()
    {
        foreach (string text in new[] { "\uD800", "a\uDC00b", "\uDC00\uD800", "😀\uD83D", new string('x', 5000) + "\uD800" })
            Assert.IsTrue(string.Equals(text, Codec.RoundTrip(text), StringComparison.Ordinal));
    }

    [TestMethod]
    public void String_Long_ComesBack()
    {
        string text = string.Concat(Enumerable.Repeat("ä€😀z", 20_000));

        Assert.AreEqual(text, Codec.RoundTrip(text));
    }

    [TestMethod]
    [DataRow(new byte[] { 0x80 })]
    [DataRow(new byte[] { 0x61, 0xC3 })]
    [DataRow(new byte[] { 0xED, 0xA0, 0x80 })]
    [DataRow(new byte[] { 0xFE })]
    [DataRow(new byte[] { 0x61, 0xFF })]
    public void Decode_InvalidUtf8_Throws(byte[] bytes) =>
        Assert.Throws<ArgumentException>(() => Codec.Of<string>().Decode(bytes));

    [TestMethod]
    public void Decode_Utf16OfOddLength_Throws() =>
        Assert.ThrowsExactly<FormatException>(() => Codec.Of<string>().Decode(new byte[] { 0xFF, 0x61 }));

    [TestMethod]
    public void Contract_IsText() => Assert.AreEqual("System.String (text)", Codec.ContractOf<string>().ToString());
}
