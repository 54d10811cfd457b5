using System.Threading.Channels;
using BenchmarkDotNet.Attributes;

namespace Microbenchmarks;

/// <summary>The base of everything that moves items: beside each benchmark stands a channel of the base class library.</summary>
/// <remarks>All run on one thread and per item; what two threads and a connection add is measured end to end.</remarks>
[MemoryDiagnoser]
public abstract class ChannelBenchmark
{
    /// <summary>Items of one call; as numbers they fill a quarter of a batch.</summary>
    protected const int Items = 1024;

    private readonly Channel<long> _channel = Channel.CreateUnbounded<long>();

    /// <summary>Into a channel in process and out of it again.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Items)]
    public long InProcess()
    {
        for (int i = 0; i < Items; i++)
            _channel.Writer.TryWrite(i);
        long sum = 0;
        while (_channel.Reader.TryRead(out long item))
            sum += item;
        return sum;
    }
}
