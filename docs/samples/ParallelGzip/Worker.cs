using System.Threading.Channels;

namespace ParallelGzip;

/// <summary>One worker as the pipeline sees it: blocks go in, gzip members come out in the same order. Where it runs is not known here.</summary>
internal sealed class Worker(int number, Channel<byte[], byte[]> channel)
{
    public int Number => number;

    public ChannelWriter<byte[]> Blocks => channel.Writer;

    public ChannelReader<byte[]> Members => channel.Reader;

    /// <summary>How many blocks it was given. Only the pipeline counts.</summary>
    public long Given { get; set; }

    /// <summary>How many members were taken from it.</summary>
    public long Returned { get; set; }
}
