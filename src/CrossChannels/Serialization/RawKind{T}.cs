using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace CrossChannels.Serialization;

/// <summary>A <see cref="RawKind"/> with its type.</summary>
/// <typeparam name="T">The type.</typeparam>
internal sealed class RawKind<T>(string code, RawKind<T>.Check? check = null) : RawKind(typeof(T), code, Unsafe.SizeOf<T>())
    where T : unmanaged
{
    /// <summary>Whether bytes are a value.</summary>
    public delegate bool Check(ReadOnlySpan<byte> bytes);

    /// <inheritdoc/>
    public override bool IsChecked => check is not null;

    /// <inheritdoc/>
    public override bool IsValid(ReadOnlySpan<byte> bytes) => check is null || check(bytes);

    /// <inheritdoc/>
    public override bool HasBytes(object boxed, ReadOnlySpan<byte> bytes)
    {
        T value = Unsafe.Unbox<T>(boxed);
        return MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)).SequenceEqual(bytes);
    }

    /// <inheritdoc/>
    public override object CreateNullableCodec(string? contractName) => new NullableRawCodec<T>(this, contractName);
}
