using CrossChannels;

namespace ParallelGzip;

/// <summary>How blocks cross: a few at a time, so that memory stays flat whatever the size of the input.</summary>
internal static class BlockChannel
{
    /// <summary>The size of a block, and of what becomes one member of the output.</summary>
    public const int BlockBytes = 1 << 20;

    /// <summary>One block under way while another is being compressed keeps a worker busy.</summary>
    public const int CapacityPerWorker = 2;

    /// <summary>A block that so many workers did not return is not given to another.</summary>
    public const int MaxDeliveries = 3;

    /// <summary>Only the parent ends a channel: a worker that leaves, or is killed, leaves it to the others.</summary>
    public static SharedChannelOptions Sharing { get; } = new() { Completion = CompletionPolicy.Owner };

    /// <summary>How blocks cross. The serializer is named by its class, which each worker makes one of.</summary>
    public static ItemOptions<NumberedBytes> Items { get; } = new ItemOptions<NumberedBytes> { ContractName = "parallel-gzip.block" }.UseSerializer<NumberedBytesSerializer>();
}
