using System.Threading.Channels;
using CrossChannels;

namespace ParallelGzip;

/// <summary>How blocks cross: a few at a time, so that memory stays flat whatever the size of the input.</summary>
internal static class BlockChannel
{
    /// <summary>The size of a block, and of what becomes one member of the output.</summary>
    public const int BlockBytes = 1 << 20;

    /// <summary>One block under way while another is being compressed keeps a worker busy.</summary>
    public const int Capacity = 2;

    public static CrossChannelOptions<byte[], byte[]> Options { get; } = new() { Reading = new BoundedChannelOptions(Capacity) };
}
