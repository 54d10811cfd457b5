namespace CrossChannels.Links;

/// <summary>What the two halves of a link need to know of their channels.</summary>
internal sealed record LinkHalves(
    int WriteElementSize, int WriteMaxItemBytes, long MaxUnsentBytes, bool WakeWritersInline, ReceiverOptions Receiver);
