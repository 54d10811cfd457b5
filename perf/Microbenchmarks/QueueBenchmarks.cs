using BenchmarkDotNet.Attributes;
using CrossChannels.Links;

namespace Microbenchmarks;

/// <summary>The queue of received items alone, without its lock.</summary>
public class QueueBenchmarks : ChannelBenchmark
{
    private readonly ItemQueue _queue = new(sizeof(long), itemwise: false);
    private readonly byte[] _payload = new byte[Items * sizeof(long)];

    [Benchmark(OperationsPerInvoke = Items)]
    public long AppendAndTake()
    {
        _queue.Append(_payload, Items);
        long sum = 0;
        while (_queue.TryTake(out long item))
            sum += item;
        return sum;
    }
}
