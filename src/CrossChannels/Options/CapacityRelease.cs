namespace CrossChannels;

/// <summary>When a leased item no longer counts against the capacity of its channel.</summary>
public enum CapacityRelease
{
    /// <summary>When a reader takes it, as <c>JoinableQueue.get</c> does.</summary>
    Taken = 0,

    /// <summary>When it is settled: queued items and open leases together never exceed the capacity.</summary>
    Settled = 1,
}
