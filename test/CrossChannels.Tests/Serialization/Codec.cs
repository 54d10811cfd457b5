using System.Buffers;
using CrossChannels.Serialization;

namespace CrossChannels.Tests.Serialization;

/// <summary>Short forms for what every test here does.</summary>
internal static class Codec
{
    public static ItemCodec<T> Of<T>(IItemSerializer<T>? serializer = null, string? contractName = null) =>
        ItemCodec.Create(new ItemOptions<T> { Serializer = serializer, ContractName = contractName });

    public static ItemContract ContractOf<T>(IItemSerializer<T>? serializer = null, string? contractName = null) =>
        Of(serializer, contractName).Contract;

    public static byte[] Encode<T>(this ItemCodec<T> codec, T item)
    {
        var writer = new ArrayBufferWriter<byte>();
        codec.Encode(item, writer);
        if (codec.ElementSize > 0)
            Assert.AreEqual(codec.ElementSize, writer.WrittenCount);
        return writer.WrittenSpan.ToArray();
    }

    public static T RoundTrip<T>(T item, IItemSerializer<T>? serializer = null) => RoundTrip(Of(serializer), item);

    public static T RoundTrip<T>(ItemCodec<T> codec, T item)
    {
        byte[] bytes = codec.Encode(item);
        T copy = codec.Decode(bytes);

        // What was decoded must not look into the bytes afterwards.
        Array.Fill(bytes, (byte)0xEE);
        return copy;
    }

    public static string Refusal<T>(IItemSerializer<T>? serializer = null) =>
        Assert.ThrowsExactly<NotSupportedException>(() => Of(serializer)).Message;
}
