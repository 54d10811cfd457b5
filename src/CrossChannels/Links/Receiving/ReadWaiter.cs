using CrossChannels.Threading;

namespace CrossChannels.Links;

/// <summary>A caller that waits for one item; it is handed the item's bytes and deserializes them itself.</summary>
internal abstract class ReadWaiter(RankedLock sync, WaiterPool pool) : Waiter(sync, pool)
{
    /// <summary>The item, once the outcome is a success.</summary>
    internal ItemSlice Item { get; set; }

    /// <summary>Which delivery of the item it is, where that is counted.</summary>
    internal DeliveryTag Tag { get; set; }
}
