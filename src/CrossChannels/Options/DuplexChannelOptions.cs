using System.Threading.Channels;

namespace CrossChannels;

/// <summary>How one end of a link behaves. Each end sets the capacity of what it reads.</summary>
/// <typeparam name="TWrite">The items that this end writes.</typeparam>
/// <typeparam name="TRead">The items that this end reads.</typeparam>
public sealed record DuplexChannelOptions<TWrite, TRead>
{
    internal static readonly DuplexChannelOptions<TWrite, TRead> Default = new();

    /// <summary>
    /// The channel that this end reads: <see cref="BoundedChannelOptions"/> or <see cref="UnboundedChannelOptions"/>.
    /// Default: bounded, 1,024 items, <see cref="BoundedChannelFullMode.Wait"/>. Capacity and full mode of what it writes are the other end's.
    /// </summary>
    public ChannelOptions Reading { get; init => field = OptionValue.NotNull(value); } = new BoundedChannelOptions(1024);

    /// <summary>Called with each item that a drop mode of <see cref="Reading"/> drops at this end. What it throws is logged and counted.</summary>
    /// <remarks>Runs on the thread that receives: until it returns, nothing else is received on this link.</remarks>
    public Action<TRead>? ItemDropped { get; init; }

    /// <summary>Serializer, contract and size of the items written.</summary>
    public ItemOptions<TWrite> WriteItems { get; init => field = OptionValue.NotNull(value); } = ItemOptions<TWrite>.Default;

    /// <summary>Serializer, contract and size of the items read.</summary>
    public ItemOptions<TRead> ReadItems { get; init => field = OptionValue.NotNull(value); } = ItemOptions<TRead>.Default;

    /// <summary>
    /// For <see cref="CrossChannel.Over{TWrite, TRead}(System.IO.Pipelines.IDuplexPipe, DuplexChannelOptions{TWrite, TRead}?)"/>: the other end reads an unbounded channel, or one that
    /// drops. What is written before it has greeted is then accepted, up to <see cref="ConnectionOptions.MaxUnsentBytes"/>, and sent when it has; a peer that has a limit after all is
    /// refused. Default: false, where <c>TryWrite</c> is false until the other end has said how much it takes.
    /// </summary>
    /// <remarks>Other links have greeted when you get them, and the ends of a pair know each other.</remarks>
    public bool ExpectUnboundedReader { get; init; }

    /// <summary>
    /// Whether callers that wait for room may continue on the thread that makes it, which then serves nothing else until they return. Default: false.
    /// That of readers is in <see cref="Reading"/>.
    /// </summary>
    public bool AllowSynchronousWriteContinuations { get; init; }

    /// <summary>Timeouts, limits, security and diagnostics of the connection.</summary>
    public ConnectionOptions Connection { get; init => field = OptionValue.NotNull(value); } = ConnectionOptions.Default;
}
