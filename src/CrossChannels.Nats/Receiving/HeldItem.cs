using CrossChannels.Links;

namespace CrossChannels.Nats.Receiving;

/// <summary>An item that has come to a reader, and that nobody has taken yet.</summary>
/// <param name="Sequence">Where it stands in its stream.</param>
/// <param name="Deliveries">How often it was delivered before, as far as is known.</param>
/// <param name="Segment">Its bytes.</param>
/// <param name="IsNull">It has none.</param>
internal readonly record struct HeldItem(long Sequence, int Deliveries, Segment? Segment, bool IsNull)
{
    public ItemSlice Slice => IsNull ? default : new ItemSlice(Segment, 0, Segment!.Written);
}
