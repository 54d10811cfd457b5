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
    public IDeadLetters? DeadLetters { get; init; }

    /// <summary>A second pending read of the owner cancels the first.</summary>
    public bool IsSingleReader { get; init; }

    /// <summary>Whether the owner's continuations may run on a thread that calls into the channel.</summary>
    public bool WakeInline { get; init; }

    /// <summary>What the items of a channel, and of its dead letters, are; where that is not known, the first peer that is let in decides. Takes no lock.</summary>
    internal sealed class SharedContract(ItemContract? contract)
    {
        private ItemContract? _value = contract;

        public ItemContract? Value => Volatile.Read(ref _value);

        /// <returns>What it is now.</returns>
        public ItemContract Fix(ItemContract contract) => Interlocked.CompareExchange(ref _value, contract, null) ?? contract;
    }
}

/// <summary>Where items go that came back too often.</summary>
internal interface IDeadLetters
{
    /// <summary>Takes items; there is always room. Called under the lock of the channel that they come from, whose rank is the same.</summary>
    /// <param name="payload">The items.</param>
    /// <param name="count">How many.</param>
    /// <param name="after">What the caller has to do outside every lock.</param>
    /// <returns>False if they are closed, so that nobody would read them.</returns>
    bool TryTake(ReadOnlySpan<byte> payload, int count, out Action after);
}
