using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;

namespace CrossChannels.Serialization;

/// <summary>Makes codecs for JSON, of types that JSON does not cut.</summary>
internal static class JsonCodec
{
    /// <summary>The codec under the library's own options.</summary>
    /// <exception cref="NotSupportedException">JSON would lose a part of the type, or reflection is off.</exception>
    public static JsonCodec<T> CreateDefault<T>(string? contractName)
    {
        string name = ContractName.Display(typeof(T));
        if (JsonDefaults.IsAvailable)
            return Create((JsonTypeInfo<T>)JsonTypeCheck.GetTypeInfo(JsonDefaults.Options, typeof(T), name), contractName);
        if (RefusedTypes.ReasonFor(typeof(T)) is { } reason)
            throw new NotSupportedException($"{name} cannot cross to another process: it {reason}");

        string raw = RuntimeHelpers.IsReferenceOrContainsReferences<T>()
            ? ""
            : " A struct without references may also go as its bytes: ItemSerializer.Unmanaged<T>().";
        throw new NotSupportedException(
            $"{name} needs metadata for JSON, because reflection-based serialization is off in this program, " +
            "as it is when trimmed or native. " +
            $"Set ItemOptions<T>.Serializer to ItemSerializer.Json(jsonTypeInfo) with the JsonTypeInfo<T> of a " +
            $"JsonSerializerContext.{raw}");
    }

    /// <summary>The codec under the user's metadata.</summary>
    /// <exception cref="NotSupportedException">JSON would lose a part of the type.</exception>
    public static JsonCodec<T> Create<T>(JsonTypeInfo<T> info, string? contractName) =>
        JsonTypeCheck.Run(info) is var check && check.NeedsGuard
            ? new JsonCodec<T>(JsonDerivedGuard.Guard(info), contractName, check.BinaryMember)
            : new JsonCodec<T>(info, contractName, check.BinaryMember);
}

/// <summary>Items as JSON.</summary>
/// <typeparam name="T">The item type.</typeparam>
internal sealed class JsonCodec<T>(JsonTypeInfo<T> typeInfo, string? contractName, string? binaryMember) : ItemCodec<T>
{
    private readonly bool _isOpen = JsonDerivedGuard.IsOpen(typeInfo);
    private readonly bool _mayHaveComparer = JsonComparers.MayHave(typeInfo);

    private string? _binaryMember = binaryMember;

    public override ItemContract Contract { get; } =
        new(ItemContract.Json, ContractName.Of(typeof(T), contractName), 0, "");

    public override string? TakeBinaryMember() => _binaryMember is null ? null : Interlocked.Exchange(ref _binaryMember, null);

    public override void Encode(T item, IBufferWriter<byte> writer)
    {
        if (_isOpen)
            JsonDerivedGuard.Check(typeof(T), item!);
        if (_mayHaveComparer)
            JsonComparers.Check(item!);
        JsonBytes.Write(writer, item, typeInfo);
    }

    public override T Decode(ReadOnlyMemory<byte> bytes) => JsonBytes.Read(bytes.Span, typeInfo);
}
