using BenchmarkDotNet.Attributes;

namespace Microbenchmarks;

/// <summary>From the caller to the connection: items are accepted, gathered, sealed and sent to nowhere.</summary>
public class WriteBenchmarks : ChannelBenchmark
{
    private readonly LinkFixture _longs = new(sizeof(long));
    private readonly LinkFixture _texts = new(0);
    private readonly long[] _many = new long[Items];
    private readonly byte[] _text = new byte[100];

    [Benchmark(OperationsPerInvoke = Items)]
    public void WriteLongs()
    {
        for (int i = 0; i < Items; i++)
            _longs.Sender.TryAccept((long)i);
        _longs.Send();
    }

    [Benchmark(OperationsPerInvoke = Items)]
    public void WriteManyLongs()
    {
        _longs.Sender.TryAcceptMany<long>(_many);
        _longs.Send();
    }

    /// <summary>Items of 100 bytes, already serialized.</summary>
    [Benchmark(OperationsPerInvoke = Items)]
    public void WriteBytes()
    {
        for (int i = 0; i < Items; i++)
            _texts.Sender.TryAccept(_text, isNull: false);
        _texts.Send();
    }
}
