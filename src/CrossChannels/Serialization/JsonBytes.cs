using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace CrossChannels.Serialization;

/// <summary>Writes and reads JSON without allocating a writer an item.</summary>
internal static class JsonBytes
{
    [ThreadStatic]
    private static Utf8JsonWriter? s_cached;

    /// <summary>Writes one item.</summary>
    public static void Write<T>(IBufferWriter<byte> destination, T item, JsonTypeInfo<T> info)
    {
        // A serializer that writes to another channel finds the place empty and makes a writer of its own;
        // one that throws leaves its writer, in whatever state, to the collector.
        Utf8JsonWriter writer = Rent(destination, info.Options);
        try
        {
            JsonSerializer.Serialize(writer, item, info);
        }
        catch (JsonException e) when (writer.CurrentDepth >= writer.Options.MaxDepth)
        {
            throw TooDeep(typeof(T), writer.Options.MaxDepth, e);
        }

        writer.Flush();
        writer.Reset(NoBuffer.Instance);
        s_cached = writer;
    }

    /// <summary>Reads one item that fills the bytes.</summary>
    /// <exception cref="JsonException">The bytes are not one JSON value, or null.</exception>
    public static T Read<T>(ReadOnlySpan<byte> bytes, JsonTypeInfo<T> info) =>
        JsonSerializer.Deserialize(bytes, info)
            ?? throw new JsonException($"JSON null is not a value of {ContractName.Display(typeof(T))}.");

    private static Utf8JsonWriter Rent(IBufferWriter<byte> destination, JsonSerializerOptions options)
    {
        int maxDepth = options.MaxDepth == 0 ? 64 : options.MaxDepth;
        Utf8JsonWriter? writer = s_cached;
        s_cached = null;
        if (writer is not null && ReferenceEquals(writer.Options.Encoder, options.Encoder) && writer.Options.MaxDepth == maxDepth)
        {
            writer.Reset(destination);
            return writer;
        }

        // The serializer keeps the structure right; what a converter of the user's writes is worth a check.
        return new Utf8JsonWriter(destination, new JsonWriterOptions { Encoder = options.Encoder, MaxDepth = maxDepth });
    }

    private static JsonException TooDeep(Type type, int maxDepth, JsonException e) =>
        new($"An item of {ContractName.Display(type)} contains itself, or is nested deeper than {maxDepth} levels, at " +
            $"{PeerText.Show(e.Path, maxLength: 60)}. JSON carries trees: send keys or indexes in place of references, or set " +
            $"{nameof(ItemOptions<>)}.{nameof(ItemOptions<>.Serializer)} to ItemSerializer.Json with options that have " +
            "ReferenceHandler.Preserve or a larger MaxDepth, at both ends.", e.Path, null, null, e);

    /// <summary>What a writer at rest holds instead of a caller's buffer.</summary>
    private sealed class NoBuffer : IBufferWriter<byte>
    {
        public static readonly NoBuffer Instance = new();

        public void Advance(int count) => throw new InvalidOperationException();

        public Memory<byte> GetMemory(int sizeHint = 0) => throw new InvalidOperationException();

        public Span<byte> GetSpan(int sizeHint = 0) => throw new InvalidOperationException();
    }
}
