namespace CrossChannels.Links;

/// <summary>Which delivery of an item this is.</summary>
/// <param name="Sequence">The item's number on its link, or in its hub's channel for the owner.</param>
/// <param name="Deliveries">How often it was delivered before.</param>
internal readonly record struct DeliveryTag(long Sequence, int Deliveries);
