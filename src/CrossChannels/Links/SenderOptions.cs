namespace CrossChannels.Links;

/// <summary>What an item sender needs to know of the channel that it serves.</summary>
/// <param name="ElementSize">Bytes of an item of fixed size, or 0.</param>
/// <param name="MaxItemBytes">The largest item in bytes.</param>
/// <param name="MaxUnsentBytes">Bytes that may be accepted and unsent.</param>
/// <param name="WakeInline">Whether a user's continuation may run on a thread that calls into this end.</param>
/// <param name="IsShared">The capacity is shared with other writers: credit is asked for, and may be taken back.</param>
/// <param name="IsOnDemand">At a hub: the reader grants credit for each item that it waits for; that it reports its reads means nothing here.</param>
internal sealed record SenderOptions(
    int ElementSize, int MaxItemBytes, long MaxUnsentBytes, bool WakeInline, bool IsShared = false, bool IsOnDemand = false);
