using System.Buffers;
using System.Runtime.CompilerServices;

namespace CrossChannels.Serialization;

/// <summary>Moves items to bytes and back. Thread-safe. Never sees a null item: the protocol carries null as a length of -1.</summary>
/// <typeparam name="T">The item type.</typeparam>
internal abstract class ItemCodec<T>
{
    /// <summary>What the other end must agree on.</summary>
    public abstract ItemContract Contract { get; }

    /// <summary>Bytes of every item, which then travels without a length; 0 where each has its own.</summary>
    public int ElementSize => Contract.ElementSize;

    /// <summary>
    /// Whether every pattern of <see cref="ElementSize"/> bytes is an item, so that it may be copied without asking the codec.
    /// </summary>
    public virtual bool IsPlain => false;

    /// <summary>The path of a member whose bytes are written as text, to warn of it once; null from then on, or if there is none.</summary>
    public virtual string? TakeBinaryMember() => null;

    /// <summary>Writes one item: exactly <see cref="ElementSize"/> bytes where that is set. Throws what the serializer throws.</summary>
    public abstract void Encode(T item, IBufferWriter<byte> writer);

    /// <summary>Gives the bytes of an item that is its bytes; they are the item's own memory, not a copy.</summary>
    public virtual bool TryGetBytes(T item, out ReadOnlyMemory<byte> bytes)
    {
        bytes = default;
        return false;
    }

    /// <summary>Reads one item. Throws on bytes that are none.</summary>
    /// <param name="bytes">Valid only during the call.</param>
    public abstract T Decode(ReadOnlyMemory<byte> bytes);
}

/// <summary>Chooses how the items of a type cross.</summary>
internal static class ItemCodec
{
    /// <summary>The codec of a type under its settings, checked.</summary>
    /// <exception cref="NotSupportedException">The type cannot cross; the message names the member and what to do.</exception>
    /// <exception cref="ArgumentException">The contract's name or content type cannot be sent.</exception>
    /// <exception cref="ItemTooLargeException">Every item would be larger than the settings allow: those of a fixed size are not measured again when they are written.</exception>
    public static ItemCodec<T> Create<T>(ItemOptions<T> settings)
    {
        ItemCodec<T> codec = CreateOfAnySize(settings);
        return codec.ElementSize <= settings.MaxItemBytes ? codec : throw new ItemTooLargeException(codec.ElementSize, settings.MaxItemBytes, "ItemOptions.MaxItemBytes");
    }

    private static ItemCodec<T> CreateOfAnySize<T>(ItemOptions<T> settings)
    {
        if (typeof(T) == typeof(NoItem) || (settings.Serializer is null && settings.ContractName is null))
            return Default<T>();

        return settings.Serializer switch
        {
            null or DefaultItemSerializer<T> => Choose<T>(settings.ContractName),
            var serializer => Of(serializer, settings.ContractName),
        };
    }

    /// <summary>The settings with the serializer that a factory makes, where they name none and the items would be JSON.</summary>
    public static ItemOptions<T> Complete<T>(ItemOptions<T> settings, ItemSerializerFactory? factory) =>
        factory is not null && settings.Serializer is null && ChooseOwn<T>(null) is null && factory.Create<T>() is { } serializer
            ? settings with { Serializer = serializer }
            : settings;

    private static ItemCodec<T> Default<T>()
    {
        ItemSerializerFactory? factory = SerializerRegistry.Factory;
        if (Defaults<T>.Codec is not { } codec || !ReferenceEquals(Defaults<T>.Factory, factory))
        {
            codec = Choose<T>(null);
            Defaults<T>.Factory = factory;
            Defaults<T>.Codec = codec;
        }
        return codec;
    }

    private static ItemCodec<T> Of<T>(IItemSerializer<T> serializer, string? contractName) =>
        serializer switch
        {
            JsonItemSerializer<T> json => JsonCodec.Create(json.TypeInfo, contractName),
            IRawSerializer<T> raw => raw.CreateCodec(contractName),
            _ => new SerializerCodec<T>(serializer, contractName),
        };

    private static ItemCodec<T> Choose<T>(string? contractName)
    {
        if (ChooseOwn<T>(contractName) is { } own)
            return own;
        return SerializerRegistry.Factory?.Create<T>() is { } serializer ? Of(serializer, contractName) : JsonCodec.CreateDefault<T>(contractName);
    }

    /// <summary>The codec of a type that has a form of its own; null for one that would be JSON.</summary>
    private static ItemCodec<T>? ChooseOwn<T>(string? contractName)
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

        return null;
    }

    private static ItemCodec<T> Cast<T, TItem>(ItemCodec<TItem> codec) => (ItemCodec<T>)(object)codec;

    private static class Defaults<T>
    {
        public static ItemCodec<T>? Codec;
        public static ItemSerializerFactory? Factory;
    }
}
