using System.Buffers;

namespace CrossChannels.Serialization;

/// <summary>Items that are their bytes. All forms have one contract, so that each end takes the form that it likes.</summary>
internal static class BytesCodec
{
    public static ItemCodec<byte[]> ForArray(string? contractName) =>
        new BytesCodec<byte[]>(contractName, static item => item, static bytes => bytes.ToArray());

    public static ItemCodec<ReadOnlyMemory<byte>> ForReadOnlyMemory(string? contractName) =>
        new BytesCodec<ReadOnlyMemory<byte>>(contractName, static item => item, static bytes => bytes.ToArray());

    public static ItemCodec<Memory<byte>> ForMemory(string? contractName) =>
        new BytesCodec<Memory<byte>>(contractName, static item => item, static bytes => bytes.ToArray());

    public static ItemCodec<IMemoryOwner<byte>> ForOwner(string? contractName) =>
        new BytesCodec<IMemoryOwner<byte>>(contractName, static item => item.Memory, static bytes => new PooledBytes(bytes.Span));
}
