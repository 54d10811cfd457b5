using System.Buffers;
using System.Runtime.CompilerServices;

namespace CrossChannels.Serialization;

/// <summary>Chooses how the items of a type cross.</summary>
internal static class ItemCodec
{
    /// <summary>The codec of a type under its settings, checked.</summary>
    /// <exception cref="NotSupportedException">The type cannot cross; the message names the member and what to do.</exception>
    /// <exception cref="ArgumentException">The contract's name or content type cannot be sent.</exception>
    public static ItemCodec<T> Create<T>(ItemOptions<T> settings)
    {
        if (typeof(T) == typeof(NoItem) || (settings.Serializer is null && settings.ContractName is null))
            return Defaults<T>.Codec ??= Choose<T>(null);

        return settings.Serializer switch
        {
            null or DefaultItemSerializer<T> => Choose<T>(settings.ContractName),
            JsonItemSerializer<T> json => JsonCodec.Create(json.TypeInfo, settings.ContractName),
            IRawSerializer<T> raw => raw.CreateCodec(settings.ContractName),
            _ => new SerializerCodec<T>(settings.Serializer, settings.ContractName),
        };
    }

    private static ItemCodec<T> Choose<T>(string? contractName)
    {
        if (typeof(T) == typeof(NoItem))
            return Cast<T, NoItem>(new NoItemCodec());
        if (typeof(T) == typeof(string))
            return Cast<T, string>(new StringCodec(contractName));
        if (typeof(T) == typeof(byte[]))
            return Cast<T, byte[]>(BytesCodec.ForArray(contractName));
        if (typeof(T) == typeof(ReadOnlyMemory<byte>))
            return Cast<T, ReadOnlyMemory<byte>>(BytesCodec.ForReadOnlyMemory(contractName));
        if (typeof(T) == typeof(Memory<byte>))
            return Cast<T, Memory<byte>>(BytesCodec.ForMemory(contractName));
        if (typeof(T) == typeof(IMemoryOwner<byte>))
            return Cast<T, IMemoryOwner<byte>>(BytesCodec.ForOwner(contractName));

        if (typeof(T).IsValueType && !RuntimeHelpers.IsReferenceOrContainsReferences<T>())
        {
            if (Nullable.GetUnderlyingType(typeof(T)) is { } underlying)
            {
                if (!underlying.IsEnum && RawKind.Find(underlying) is { } kind)
                    return (ItemCodec<T>)kind.CreateNullableCodec(contractName);
            }
            else if (RawLayout.Find<T>() is { } layout)
            {
                return new RawCodec<T>(layout, contractName);
            }
        }

        return JsonCodec.CreateDefault<T>(contractName);
    }

    private static ItemCodec<T> Cast<T, TItem>(ItemCodec<TItem> codec) => (ItemCodec<T>)(object)codec;

    private static class Defaults<T>
    {
        public static ItemCodec<T>? Codec;
    }
}
