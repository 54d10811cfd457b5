using System.Buffers;
using BenchmarkDotNet.Attributes;
using CrossChannels;
using CrossChannels.Serialization;

namespace Microbenchmarks;

/// <summary>One item to bytes and back, for one kind of item.</summary>
[MemoryDiagnoser]
public abstract class CodecBenchmark<T>
{
    private readonly ArrayBufferWriter<byte> _buffer = new(1024);
    private readonly ItemCodec<T> _codec;
    private readonly T _item;
    private readonly byte[] _bytes;

    protected CodecBenchmark(T item, IItemSerializer<T>? serializer = null)
    {
        _item = item;
        _codec = ItemCodec.Create(new ItemOptions<T> { Serializer = serializer });
        _codec.Encode(item, _buffer);
        _bytes = _buffer.WrittenSpan.ToArray();
    }

    [Benchmark]
    public int Encode()
    {
        _buffer.ResetWrittenCount();
        _codec.Encode(_item, _buffer);
        return _buffer.WrittenCount;
    }

    [Benchmark]
    public T Decode() => _codec.Decode(_bytes);
}
