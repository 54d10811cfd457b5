using System.Threading.Channels;

namespace CrossChannels;

/// <summary>How one end of a link behaves. Each end sets the capacity of what it reads.</summary>
/// <typeparam name="TWrite">The items that this end writes.</typeparam>
/// <typeparam name="TRead">The items that this end reads.</typeparam>
public sealed class DuplexChannelOptions<TWrite, TRead>
{
    internal static readonly DuplexChannelOptions<TWrite, TRead> Default = new();

    /// <summary>
    /// The channel that this end reads: <see cref="BoundedChannelOptions"/> or <see cref="UnboundedChannelOptions"/>.
    /// Default: bounded, 1,024 items, <see cref="BoundedChannelFullMode.Wait"/>.
    /// </summary>
    public ChannelOptions Reading { get; init => field = Setting.NotNull(value); } = new BoundedChannelOptions(1024);

    /// <summary>
    /// The channel that this end writes: <see cref="UnboundedChannelOptions"/>, of which only
    /// <see cref="ChannelOptions.AllowSynchronousContinuations"/> is used. Capacity and full mode are the reader's. Default: none set.
    /// </summary>
    public ChannelOptions Writing { get; init => field = Setting.NotNull(value); } = new UnboundedChannelOptions();

    /// <summary>Called with each item that a drop mode of <see cref="Reading"/> drops at this end. What it throws is logged and counted.</summary>
    /// <remarks>Runs on the thread that receives: until it returns, nothing else is received on this link.</remarks>
    public Action<TRead>? ItemDropped { get; init; }

    /// <summary>Serializer, contract and limits of the items written.</summary>
    public ItemOptions<TWrite> WriteSettings { get; init => field = Setting.NotNull(value); } = new();

    /// <summary>Serializer, contract and limits of the items read.</summary>
    public ItemOptions<TRead> ReadSettings { get; init => field = Setting.NotNull(value); } = new();

    /// <summary>Deadlines, security and diagnostics of the connection.</summary>
    public ConnectionOptions Link { get; init => field = Setting.NotNull(value); } = ConnectionOptions.Default;
}
