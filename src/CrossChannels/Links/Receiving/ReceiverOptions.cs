using Microsoft.Extensions.Logging;

namespace CrossChannels.Links;

/// <summary>What an item receiver needs to know of the channel that it serves.</summary>
/// <param name="ElementSize">Bytes of an item of fixed size, or 0.</param>
/// <param name="MaxItemBytes">The largest item in bytes.</param>
/// <param name="Capacity">Items, <see cref="long.MaxValue"/> for no limit.</param>
/// <param name="MaxUnreadBytes">Bytes that may be unread.</param>
/// <param name="Drops">What is dropped when it is full; null where the writer waits.</param>
/// <param name="IsSingleReader">A second pending read cancels the first.</param>
/// <param name="Demand">When credit is granted.</param>
/// <param name="IsLeased">Items are settled one by one.</param>
/// <param name="WakeInline">Whether a user's continuation may run on a thread that calls into this end.</param>
/// <param name="Logger">The log of the link.</param>
internal sealed record ReceiverOptions(
    int ElementSize, int MaxItemBytes, long Capacity, long MaxUnreadBytes, DropPolicy? Drops, bool IsSingleReader, bool WakeInline,
    ReaderDemand Demand = ReaderDemand.Capacity, bool IsLeased = false, ILogger? Logger = null);

/// <summary>When a reader grants credit.</summary>
internal enum ReaderDemand
{
    /// <summary>The whole capacity, from the start: the reader holds the items.</summary>
    Capacity,

    /// <summary>What it reads ahead: a hub holds the items, for other readers too.</summary>
    Ahead,
}
