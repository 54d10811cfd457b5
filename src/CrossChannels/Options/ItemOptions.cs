namespace CrossChannels;

/// <summary>How items of one type cross, beside the BCL's <see cref="System.Threading.Channels.ChannelOptions"/>.</summary>
/// <typeparam name="T">The item type.</typeparam>
public sealed class ItemOptions<T>
{
    /// <summary>The serializer. Default: chosen by the type, see <see cref="ItemSerializer"/>.</summary>
    public IItemSerializer<T>? Serializer { get; init; }

    /// <summary>The contract's name. Default: that of <see cref="ChannelContractAttribute"/>, else the full name of the type.</summary>
    public string? ContractName { get; init; }

    /// <summary>The largest item in bytes, serialized. Default: 16 MiB. Risk: one such item is held in memory as a whole.</summary>
    public int MaxItemBytes
    {
        get;
        init => field = value is > 0 and <= 1 << 30 ? value : throw OutOfRange(nameof(MaxItemBytes), value, "1 to 2^30");
    } = 16 << 20;

    /// <summary>At the owner of a shared channel: who completes it. Default: <see cref="CompletionPolicy.AnyWriter"/>.</summary>
    public CompletionPolicy Completion { get; init => field = Setting.NotNull(value); } = CompletionPolicy.AnyWriter;

    /// <summary>At a reader, or the owner of a shared channel: how many unread bytes it holds before the writer has to wait. Default: 64 MiB.</summary>
    /// <remarks>A single item may exceed it when nothing else is unread.</remarks>
    public long MaxUnreadBytes
    {
        get;
        init => field = Setting.AtLeast(value, 1);
    } = 64L << 20;

    /// <summary>At a writer: how many accepted, unsent bytes it holds before a write has to wait. Default: 256 MiB.</summary>
    public long MaxUnsentBytes
    {
        get;
        init => field = Setting.AtLeast(value, 1);
    } = 256L << 20;

    private static ArgumentOutOfRangeException OutOfRange(string name, object value, string range) =>
        new(name, value, $"{name} must be {range}.");
}
