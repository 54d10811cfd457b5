using System.Text.Json.Serialization;
using CrossChannels.Serialization;

namespace CrossChannels;

/// <summary>How items cross, whatever their type.</summary>
public record ItemOptions
{
    /// <summary>The contract's name. Default: that of <see cref="ChannelContractAttribute"/>, else the full name of the type.</summary>
    public string? ContractName { get; init; }

    /// <summary>The largest item in bytes, serialized: 1 to 2^30. Default: 16 MiB. Risk: one such item is held in memory as a whole.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is out of range.</exception>
    public int MaxItemBytes { get; init => field = OptionValue.InRange(value, 1, 1 << 30); } = 16 << 20;
}

/// <summary>How items of one type cross.</summary>
/// <typeparam name="T">The item type.</typeparam>
public sealed record ItemOptions<T> : ItemOptions
{
    internal static readonly ItemOptions<T> Default = new();

    /// <summary>Creates options with the defaults.</summary>
    public ItemOptions()
    {
    }

    internal ItemOptions(ItemOptions original, IItemSerializer<T>? serializer)
        : base(original) => Serializer = serializer;

    /// <summary>The serializer. Default: chosen by the type, see <see cref="ItemSerializer"/>.</summary>
    /// <remarks>
    /// For an end that is given to a worker name its class by <see cref="UseSerializer{TSerializer}"/>, since the worker makes its own; in a native program it
    /// cannot be found otherwise.
    /// </remarks>
    public IItemSerializer<T>? Serializer
    {
        get;
        init
        {
            field = value;
            Maker = null;
        }
    }

    /// <summary>Makes the serializer in a worker; null if it was not named by its class.</summary>
    internal SerializerMaker? Maker { get; private init; }

    /// <summary>The same options with a serializer of this class, which a worker that is given an end makes as well.</summary>
    /// <typeparam name="TSerializer">The serializer's class. A new one is made here and in each worker.</typeparam>
    public ItemOptions<T> UseSerializer<TSerializer>()
        where TSerializer : class, IItemSerializer<T>, new() =>
        this with { Serializer = new TSerializer(), Maker = new SerializerMaker<TSerializer>() };

    /// <summary>The same options with JSON under the metadata of a context, in a worker that is given an end as well.</summary>
    /// <typeparam name="TContext">The context that the compiler completes, with <c>[JsonSerializable(typeof(T))]</c>.</typeparam>
    /// <exception cref="NotSupportedException">The context has no metadata of the item type.</exception>
    public ItemOptions<T> UseJson<TContext>()
        where TContext : JsonSerializerContext, new() =>
        this with { Serializer = JsonContextSerializers<TContext>.Of<T>(), Maker = new JsonContextSerializers<TContext>.SerializerMaker<T>() };
}
