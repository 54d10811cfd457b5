using System.Buffers.Binary;
using BenchmarkDotNet.Attributes;
using CrossChannels.Links;
using CrossChannels.Protocol;

namespace Microbenchmarks;

/// <summary>From a frame's payload to the caller: items are announced, appended to the queue and taken; credit goes back.</summary>
public class ReadBenchmarks : ChannelBenchmark
{
    private const int TextBytes = 100;

    private readonly LinkFixture _longs = new(sizeof(long));
    private readonly LinkFixture _texts = new(0);
    private readonly long[] _many = new long[Items];
    private readonly byte[] _longPayload = new byte[Items * sizeof(long)];
    private readonly byte[] _textPayload = new byte[Items * (ItemsHeader.LengthPrefix + TextBytes)];

    public ReadBenchmarks()
    {
        for (int i = 0; i < Items; i++)
            BinaryPrimitives.WriteInt32LittleEndian(_textPayload.AsSpan(i * (ItemsHeader.LengthPrefix + TextBytes)), TextBytes);
    }

    [Benchmark(OperationsPerInvoke = Items)]
    public long ReadLongs()
    {
        _longs.Arrive(_longPayload, Items);
        long sum = 0;
        while (_longs.Receiver.TryTake(out long item))
            sum += item;
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Items)]
    public int ReadManyLongs()
    {
        _longs.Arrive(_longPayload, Items);
        return _longs.Receiver.TakeMany<long>(_many);
    }

    /// <summary>Items of 100 bytes, claimed and released without being deserialized.</summary>
    [Benchmark(OperationsPerInvoke = Items)]
    public long ReadBytes()
    {
        _texts.Arrive(_textPayload, Items);
        long sum = 0;
        while (_texts.Receiver.TryClaim(out ItemSlice slice, out _, int.MaxValue, out _))
        {
            sum += slice.Length;
            slice.Release();
        }
        return sum;
    }
}
