using CrossChannels.Threading;

namespace CrossChannels.Links;

/// <summary>A caller that waits until the peer has counted so many items as received, or as read.</summary>
internal sealed class CountWaiter(RankedLock sync, WaiterPool pool) : Waiter(sync, pool)
{
    public long Target { get; set; }
}
