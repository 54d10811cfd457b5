using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using global::MemoryPack;

namespace CrossChannels.MemoryPack;

/// <summary>Items as MemoryPack, by code that the compiler made for their type: the fastest form, for two ends that are built together.</summary>
/// <typeparam name="T">The item type, with <c>[MemoryPackable]</c>.</typeparam>
/// <remarks>
/// MemoryPack writes members one after the other without their names, so that an end whose type has other members would read something else. So a hash of all
/// members is a part of the contract, and ends that differ are refused when they meet. A type that is <c>[MemoryPackable(GenerateType.VersionTolerant)]</c> counts by its name alone.
/// </remarks>
public sealed class MemoryPackItemSerializer<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] T> : IItemSerializer<T>
    where T : IMemoryPackFormatterRegister
{
    /// <summary>Takes the hash of the members as the version.</summary>
    /// <exception cref="NotSupportedException">The type contains itself: MemoryPack does not limit the depth of what it reads, and a hostile peer could overflow the stack.</exception>
    [RequiresUnreferencedCode("Trimming may remove members that the hash is made of. Pass the version, and change it with the members.")]
    public MemoryPackItemSerializer()
        : this(MemoryPackSchema.Of(typeof(T)).Hash)
    {
    }

    /// <summary>Takes a version of yours, which both ends must have: for trimmed and native programs.</summary>
    /// <param name="version">Changes with every change of the type's members, and of theirs. ASCII letters, digits, points and hyphens.</param>
    /// <remarks>The type must not contain itself, unless peers are trusted: the depth of what is read has no limit.</remarks>
    public MemoryPackItemSerializer(string version)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(version);
        T.RegisterFormatter();
        ContentType = $"memorypack-{version}";
    }

    /// <inheritdoc/>
    public string ContentType { get; }

    /// <inheritdoc/>
    public void Serialize(T item, IBufferWriter<byte> writer)
    {
        // MemoryPack takes the writer by its own type, so that calls on it are direct.
        MemoryPackSerializer.Serialize(writer, item);
    }

    /// <inheritdoc/>
    /// <exception cref="MemoryPackSerializationException">The bytes are not one item.</exception>
    public T Deserialize(in ReadOnlySequence<byte> bytes)
    {
        T? item = default;
        int read = MemoryPackSerializer.Deserialize(bytes, ref item);
        if (read != bytes.Length)
            throw new MemoryPackSerializationException($"{bytes.Length} bytes are not one {typeof(T)}, which took {read}.");
        return item ?? throw new MemoryPackSerializationException($"Null is not a {typeof(T)}.");
    }
}
