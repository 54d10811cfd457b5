namespace CrossChannels;

/// <summary>How items cross, whatever their type.</summary>
public record ItemOptions
{
    /// <summary>The contract's name. Default: that of <see cref="ChannelContractAttribute"/>, else the full name of the type.</summary>
    public string? ContractName { get; init; }

    /// <summary>The largest item in bytes, serialized: 1 to 2^30. Default: 16 MiB. Risk: one such item is held in memory as a whole.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is out of range.</exception>
    public int MaxItemBytes { get; init => field = Setting.InRange(value, 1, 1 << 30); } = 16 << 20;
}

/// <summary>How items of one type cross.</summary>
/// <typeparam name="T">The item type.</typeparam>
public sealed record ItemOptions<T> : ItemOptions
{
    internal static readonly ItemOptions<T> Default = new();

    /// <summary>Creates options with the defaults.</summary>
    public ItemOptions()
    {
    }

    internal ItemOptions(ItemOptions original, IItemSerializer<T>? serializer)
        : base(original) => Serializer = serializer;

    /// <summary>The serializer. Default: chosen by the type, see <see cref="ItemSerializer"/>.</summary>
    public IItemSerializer<T>? Serializer { get; init; }
}
