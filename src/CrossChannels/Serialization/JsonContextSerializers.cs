using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace CrossChannels.Serialization;

/// <summary>JSON for the types that a context has metadata of; the others are left to the default.</summary>
/// <typeparam name="TContext">The context.</typeparam>
internal sealed class JsonContextSerializers<TContext> : ItemSerializerFactory
    where TContext : JsonSerializerContext, new()
{
    private static readonly TContext s_context = new();

    /// <summary>The serializer of items of a type.</summary>
    /// <exception cref="NotSupportedException">The context has no metadata of it.</exception>
    public static IItemSerializer<T> Of<T>() => Find<T>() ?? throw new NotSupportedException(
        $"{typeof(TContext).Name} has no metadata of {ContractName.Display(typeof(T))}: add [JsonSerializable(typeof({typeof(T).Name}))] to it.");

    public override IItemSerializer<T>? Create<T>() => Find<T>();

    private static JsonItemSerializer<T>? Find<T>() => s_context.GetTypeInfo(typeof(T)) is JsonTypeInfo<T> info ? new JsonItemSerializer<T>(info) : null;

    /// <summary>Makes the serializer in a worker.</summary>
    /// <typeparam name="T">The item type.</typeparam>
    public sealed class SerializerMaker<T> : SerializerMaker
    {
        public override object Make() => Of<T>();
    }
}
