using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using CrossChannels.Serialization;

namespace CrossChannels;

/// <summary>The built-in serializers, for <see cref="ItemOptions{T}.Serializer"/>.</summary>
/// <remarks>
/// Without a setting, structs and enums without references or padding travel as their bytes; <see cref="string"/> as text;
/// <c>byte[]</c>, <c>Memory&lt;byte&gt;</c>, <c>ReadOnlyMemory&lt;byte&gt;</c> and <c>IMemoryOwner&lt;byte&gt;</c> as bytes,
/// each readable as the others; everything else as JSON, public fields included.
/// A type of which JSON would lose something without an error is refused when the channel is made.
/// </remarks>
public static class ItemSerializer
{
    /// <summary>What a channel of <typeparamref name="T"/> uses when its settings name no serializer; of items that are not null.</summary>
    /// <exception cref="NotSupportedException">The type cannot cross; the message names the member and what to do.</exception>
    public static IItemSerializer<T> Default<T>() => new DefaultItemSerializer<T>();

    /// <summary>JSON under metadata that the compiler made: the form for trimmed and native programs.</summary>
    /// <param name="typeInfo">The metadata, as of a <see cref="System.Text.Json.Serialization.JsonSerializerContext"/>.</param>
    /// <remarks>
    /// Both ends must name members alike: only the contract's name is compared, so that members may be added and removed.
    /// </remarks>
    public static IItemSerializer<T> Json<T>(JsonTypeInfo<T> typeInfo)
    {
        ArgumentNullException.ThrowIfNull(typeInfo);
        return new JsonItemSerializer<T>(typeInfo);
    }

    /// <summary>JSON under options of the user's.</summary>
    /// <param name="options">The options, which become read-only as they do at their first use. Default: those of channels
    /// without a serializer.</param>
    /// <remarks>
    /// Both ends must name members alike: only the contract's name is compared, so that members may be added and removed.
    /// </remarks>
    /// <exception cref="NotSupportedException">The type has no metadata under these options.</exception>
    [RequiresUnreferencedCode("JSON by reflection needs members that trimming may remove. Use Json(JsonTypeInfo<T>).")]
    [RequiresDynamicCode("JSON by reflection may need code that is made at run time. Use Json(JsonTypeInfo<T>).")]
    public static IItemSerializer<T> Json<T>(JsonSerializerOptions? options = null)
    {
        options ??= JsonDefaults.Options;
        options.MakeReadOnly(populateMissingResolver: true);
        return new JsonItemSerializer<T>((JsonTypeInfo<T>)JsonTypeCheck.GetTypeInfo(options, typeof(T), ContractName.Display(typeof(T))));
    }

    /// <summary>Items as their own bytes, whatever the type: also with padding or a layout of its own.</summary>
    /// <remarks>
    /// For those who know both ends. Both must have the same fields in the same places; what can be seen of that is compared when they meet,
    /// and under native AOT that is size and byte order only. Padding is sent as it is, with what was in that memory before.
    /// Where the type would not have been sent so by itself, the reader takes any bytes: a <see cref="bool"/> in it may come out
    /// neither true nor false.
    /// </remarks>
    public static IItemSerializer<T> Unmanaged<T>()
        where T : unmanaged => new UnmanagedItemSerializer<T>();

    /// <summary>
    /// Lets this process open tickets of ends whose items have the format of this serializer. Ends that are made or opened by address name theirs in
    /// <see cref="ItemOptions{T}.Serializer"/>; workers get it from their parent.
    /// </summary>
    /// <remarks>It replaces one of the same item type and <see cref="IItemSerializer{T}.ContentType"/>.</remarks>
    public static void Register<T>(IItemSerializer<T> serializer)
    {
        ArgumentNullException.ThrowIfNull(serializer);
        SerializerRegistry.Add(serializer);
    }
}
