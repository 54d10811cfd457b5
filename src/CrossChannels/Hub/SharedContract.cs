using CrossChannels.Serialization;

namespace CrossChannels.Hub;

/// <summary>What the items of a channel, and of its dead letters, are; where nobody has said it, the first that is let in decides. Takes no lock.</summary>
internal sealed class SharedContract(ItemContract? contract)
{
    private ItemContract? _value = contract;

    public ItemContract? Value => Volatile.Read(ref _value);

    /// <returns>What it is now.</returns>
    public ItemContract Fix(ItemContract contract) => Interlocked.CompareExchange(ref _value, contract, null) ?? contract;
}
