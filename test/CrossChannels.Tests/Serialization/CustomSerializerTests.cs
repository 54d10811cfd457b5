using System.Buffers;
using CrossChannels.Serialization;

namespace CrossChannels.Tests.Serialization;

[TestClass]
public sealed class CustomSerializerTests
{
    [TestMethod]
    public void OwnSerializer_Wins()
    {
        ItemCodec<long> codec = Codec.Of(new OneByte("tiny"), "count");

        Assert.AreEqual(new ItemContract("tiny", "count", 0, string.Empty), codec.Contract);
        CollectionAssert.AreEqual(new byte[] { 7 }, codec.Encode(7L));
        Assert.AreEqual(7, Codec.RoundTrip(codec, 7L));
        Assert.ThrowsExactly<OverflowException>(() => codec.Encode(300L));
        Assert.IsFalse(codec.Contract.Accepts(Codec.ContractOf<long>(contractName: "count")));
    }

    [TestMethod]
    public void OwnSerializer_TakesTypesThatJsonCannot() =>
        Assert.AreEqual("boxed", Codec.RoundTrip<object>("boxed", new Anything()));

    [TestMethod]
    [DataRow("")]
    [DataRow("none")]
    [DataRow("a\0")]
    public void OwnSerializer_WithAContentTypeThatCannotBe_Throws(string contentType) =>
        Assert.ThrowsExactly<ArgumentException>(() => Codec.Of(new OneByte(contentType)));

    private sealed class OneByte(string contentType) : IItemSerializer<long>
    {
        public string ContentType => contentType;

        public void Serialize(long item, IBufferWriter<byte> writer) => writer.Write([checked((byte)item)]);

        public long Deserialize(in ReadOnlySequence<byte> bytes) => bytes.FirstSpan[0];
    }

    private sealed class Anything : IItemSerializer<object>
    {
        public string ContentType => "anything";

        public void Serialize(object item, IBufferWriter<byte> writer) => writer.Write(System.Text.Encoding.UTF8.GetBytes((string)item));

        public object Deserialize(in ReadOnlySequence<byte> bytes) => System.Text.Encoding.UTF8.GetString(bytes.FirstSpan);
    }
}
