using System.Buffers;

namespace CrossChannels.Workers.Starting;

/// <summary>One argument of a method that is started.</summary>
internal abstract class Argument
{
    /// <summary>The value.</summary>
    public abstract object? Value { get; }

    /// <summary>The type that it was passed as.</summary>
    public abstract Type Type { get; }

    /// <summary>Writes the value by the default serializer of <see cref="Type"/>.</summary>
    public abstract void Serialize(IBufferWriter<byte> writer);
}
