using System.Buffers;
using CrossChannels.Serialization;

namespace CrossChannels.Tests.Serialization;

[TestClass]
public sealed class BytesCodecTests
{
    private static readonly byte[] _payload = [1, 2, 3, 0, 255];

    [TestMethod]
    public void EveryForm_ReadsEveryOther()
    {
        byte[][] written =
        [
            Codec.Of<byte[]>().Encode(_payload),
            Codec.Of<ReadOnlyMemory<byte>>().Encode(_payload),
            Codec.Of<Memory<byte>>().Encode(_payload),
            Codec.Of<IMemoryOwner<byte>>().Encode(new Owner(_payload)),
        ];

        foreach (byte[] bytes in written)
        {
            CollectionAssert.AreEqual(_payload, Codec.Of<byte[]>().Decode(bytes));
            CollectionAssert.AreEqual(_payload, Codec.Of<ReadOnlyMemory<byte>>().Decode(bytes).ToArray());
            CollectionAssert.AreEqual(_payload, Codec.Of<Memory<byte>>().Decode(bytes).ToArray());
            using IMemoryOwner<byte> owner = Codec.Of<IMemoryOwner<byte>>().Decode(bytes);
            CollectionAssert.AreEqual(_payload, owner.Memory.ToArray());
        }
    }

    [TestMethod]
    public void EveryForm_HasOneContract()
    {
        ItemContract contract = Codec.ContractOf<byte[]>();

        Assert.AreEqual("System.Byte[] (bytes)", contract.ToString());
        Assert.IsTrue(contract.Accepts(Codec.ContractOf<ReadOnlyMemory<byte>>()));
        Assert.IsTrue(contract.Accepts(Codec.ContractOf<Memory<byte>>()));
        Assert.IsTrue(contract.Accepts(Codec.ContractOf<IMemoryOwner<byte>>()));
        Assert.IsFalse(contract.Accepts(Codec.ContractOf<string>()));
    }

    [TestMethod]
    public void TryGetBytes_GivesTheItemsOwnMemory()
    {
        Assert.IsTrue(Codec.Of<byte[]>().TryGetBytes(_payload, out ReadOnlyMemory<byte> bytes));
        Assert.IsTrue(bytes.Equals(_payload.AsMemory()));
        Assert.IsFalse(Codec.Of<string>().TryGetBytes("text", out _));
    }

    [TestMethod]
    public void Empty_ComesBackEmpty()
    {
        Assert.IsEmpty(Codec.RoundTrip(Array.Empty<byte>()));
        Assert.IsTrue(Codec.RoundTrip(default(ReadOnlyMemory<byte>)).IsEmpty);
        Assert.IsTrue(Codec.RoundTrip(default(Memory<byte>)).IsEmpty);
    }

    [TestMethod]
    public void Decode_GivesACopy()
    {
        byte[] bytes = [.. _payload];
        Memory<byte> memory = Codec.Of<Memory<byte>>().Decode(bytes);
        using IMemoryOwner<byte> owner = Codec.Of<IMemoryOwner<byte>>().Decode(bytes);

        bytes.AsSpan().Clear();

        CollectionAssert.AreEqual(_payload, memory.ToArray());
        CollectionAssert.AreEqual(_payload, owner.Memory.ToArray());
    }

    [TestMethod]
    public void DecodedOwner_DisposedTwice_ThrowsOnUseOnly()
    {
        IMemoryOwner<byte> owner = Codec.Of<IMemoryOwner<byte>>().Decode(_payload);
        owner.Dispose();
        owner.Dispose();

        Assert.ThrowsExactly<ObjectDisposedException>(() => _ = owner.Memory);
    }

    private sealed class Owner(byte[] bytes) : IMemoryOwner<byte>
    {
        public Memory<byte> Memory => bytes;

        public void Dispose()
        {
        }
    }
}
