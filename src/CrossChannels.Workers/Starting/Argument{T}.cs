using System.Buffers;

namespace CrossChannels.Workers.Starting;

/// <inheritdoc/>
/// <typeparam name="T">The type that it was passed as.</typeparam>
internal sealed class Argument<T>(T value) : Argument
{
    public override object? Value => value;

    public override Type Type => typeof(T);

    public override void Serialize(IBufferWriter<byte> writer) => ItemSerializer.Default<T>().Serialize(value, writer);
}
