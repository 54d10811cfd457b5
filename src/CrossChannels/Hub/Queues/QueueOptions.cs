using CrossChannels.Serialization;

namespace CrossChannels.Hub;

/// <summary>How a queued channel was made.</summary>
/// <param name="Contract">Its items; null where those who attach decide.</param>
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

    /// <summary>Where others find it, for messages.</summary>
    public string Address { get; init; } = "";

    /// <summary>What items must be called whose contract is not known; null for any name.</summary>
    public string? ContractName { get; init; }

    /// <summary>How leases are treated; null for a channel without.</summary>
    public LeaseOptions? Leases { get; init; }

    /// <summary>Where items go that were delivered too often; null where they are dropped, and counted.</summary>
    public IDeadLetters? DeadLetters { get; init; }

    /// <summary>A second pending read of the owner cancels the first.</summary>
    public bool IsSingleReader { get; init; }

    /// <summary>Whether the owner's continuations may run on a thread that calls into the channel.</summary>
    public bool WakeInline { get; init; }

    /// <summary>
    /// What the items of a channel, and of its dead letters, are. Where that is not known, it is what the ends say that are let in, for as long as one of them
    /// is attached, and for good as soon as an item was written. Takes no lock.
    /// </summary>
    internal sealed class SharedContract(ItemContract? contract)
    {
        private State _state = new(contract, 0, contract is not null);

        public ItemContract? Value => Volatile.Read(ref _state).Contract;

        /// <summary>An end is let in: what it says holds while it is attached, unless something else does.</summary>
        /// <returns>What it is now.</returns>
        public ItemContract Attach(ItemContract contract) => Change(state => state with { Contract = state.Contract ?? contract, Ends = state.Ends + 1 }).Contract!;

        /// <summary>An end that was let in is gone.</summary>
        public void Detach() => Change(static state => state with { Contract = state.IsFixed || state.Ends > 1 ? state.Contract : null, Ends = state.Ends - 1 });

        /// <summary>An item was written.</summary>
        public void Fix()
        {
            if (!Volatile.Read(ref _state).IsFixed)
                Change(static state => state with { IsFixed = true });
        }

        private State Change(Func<State, State> change)
        {
            while (true)
            {
                State state = Volatile.Read(ref _state), changed = change(state);
                if (Interlocked.CompareExchange(ref _state, changed, state) == state)
                    return changed;
            }
        }

        private sealed record State(ItemContract? Contract, int Ends, bool IsFixed);
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
