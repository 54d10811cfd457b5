namespace CrossChannels;

/// <summary>How a shared or leased channel behaves at its owner, beside capacity and full mode.</summary>
public sealed record SharedChannelOptions
{
    internal static readonly SharedChannelOptions Default = new();

    /// <summary>Who completes it. Default: <see cref="CompletionPolicy.AnyWriter"/>.</summary>
    public CompletionPolicy Completion { get; init => field = OptionValue.NotNull(value); } = CompletionPolicy.AnyWriter;

    /// <summary>How many bytes of items it holds before writers have to wait, at least 1. Default: 64 MiB.</summary>
    /// <remarks>A single item may exceed it when nothing else is queued. <see cref="HubOptions.MaxBytes"/> limits all channels of a hub together.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">It is below 1.</exception>
    public long MaxQueuedBytes { get; init => field = OptionValue.AtLeast(value, 1); } = 64L << 20;
}
