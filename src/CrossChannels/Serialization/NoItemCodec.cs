using System.Buffers;

namespace CrossChannels.Serialization;

/// <summary>The codec of a direction that carries nothing.</summary>
internal sealed class NoItemCodec : ItemCodec<NoItem>
{
    /// <inheritdoc/>
    public override ItemContract Contract => ItemContract.None;

    /// <inheritdoc/>
    public override void Encode(NoItem item, IBufferWriter<byte> writer) => throw Unused();

    /// <inheritdoc/>
    public override NoItem Decode(ReadOnlyMemory<byte> bytes) => throw Unused();

    private static InvalidOperationException Unused() => new("A direction of NoItem carries no items.");
}
