using CrossChannels.Serialization;

namespace CrossChannels.Hub;

/// <summary>How a queued channel was made.</summary>
/// <param name="Contract">Its items; null where the first to attach decides.</param>
/// <param name="Capacity">Items, <see cref="long.MaxValue"/> for no limit.</param>
/// <param name="MaxBytes">Bytes that it holds before writers wait.</param>
/// <param name="MaxItemBytes">The largest item.</param>
/// <param name="Completion">Who completes it.</param>
/// <param name="Hub">The hub's settings.</param>
internal sealed record QueueOptions(
    ItemContract? Contract, long Capacity, long MaxBytes, int MaxItemBytes, CompletionPolicy Completion, HubOptions Hub)
{
    /// <summary>Its items; the same for a channel and its dead letters.</summary>
    public SharedContract Items { get; init; } = new(Contract);

    /// <summary>How leases are treated; null for a channel without.</summary>
    public LeaseOptions? Leases { get; init; }

    /// <summary>Where items go that were delivered too often; null where they are dropped, and counted.</summary>
    public QueueChannel? DeadLetters { get; init; }

    /// <summary>A second pending read of the owner cancels the first.</summary>
    public bool IsSingleReader { get; init; }

    /// <summary>Whether the owner's continuations may run on a thread that calls into the channel.</summary>
    public bool WakeInline { get; init; }
}
