using System.Runtime.Versioning;
using BenchmarkDotNet.Attributes;
using CrossChannels.SharedMemory;
using Microsoft.Win32.SafeHandles;

namespace Microbenchmarks;

/// <summary>Both ends of one lane on one thread, each with a mapping of its own: what an item costs without another core.</summary>
[SupportedOSPlatform("linux")]
public class LaneBenchmarks : ChannelBenchmark
{
    private readonly Lane _longs = new(LaneLayout.Of(sizeof(long), sizeof(long), Items, 1 << 20), isFenceShared: true);
    private readonly Lane _fenced = new(LaneLayout.Of(sizeof(long), sizeof(long), Items, 1 << 20), isFenceShared: false);
    private readonly Lane _texts = new(LaneLayout.Of(0, 1 << 10, Items, 1 << 20), isFenceShared: true);
    private readonly long[] _many = new long[Items];
    private readonly byte[] _text = new byte[100];

    [Benchmark(OperationsPerInvoke = Items)]
    public long Longs() => _longs.Pass(Items);

    /// <summary>With a full fence at each publishing and each taking, as where a process takes no part in fences across processes.</summary>
    [Benchmark(OperationsPerInvoke = Items)]
    public long LongsFenced() => _fenced.Pass(Items);

    [Benchmark(OperationsPerInvoke = Items)]
    public int ManyLongs()
    {
        _longs.Writer.TryWriteMany<long>(_many);
        return _longs.Reader.TryReadMany<long>(_many);
    }

    /// <summary>Records of 100 bytes.</summary>
    [Benchmark(OperationsPerInvoke = Items)]
    public long Records()
    {
        for (int i = 0; i < Items; i++)
            _texts.Writer.TryWrite(_text, isNull: false);
        long sum = 0;
        while (_texts.Reader.TryPeekLength(out int length) && _texts.Reader.TryCopyNext(_text.AsSpan(0, length), take: true))
            sum += length;
        return sum;
    }

    /// <summary>Parking at an empty lane and being woken, without the doorbell's way through the kernel.</summary>
    [Benchmark]
    public bool ParkAndWake()
    {
        bool isParked = _longs.Reader.TryPark();
        _longs.Writer.TryWrite(1L);
        bool isWoken = _longs.Writer.TryWakeReader();
        _longs.Reader.TryRead(out long _);
        return isParked && isWoken;
    }

    private sealed class Lane
    {
        public Lane(LaneLayout layout, bool isFenceShared)
        {
            LaneEnd reading = LaneEnd.Create(layout, out SafeFileHandle descriptor);
            LaneEnd writing;
            using (descriptor)
                writing = LaneEnd.Open(descriptor);
            isFenceShared &= ProcessFence.IsAvailable;
            Writer = new LaneWriter(writing.Segment, layout, isFenceShared);
            Reader = new LaneReader(reading.Segment, layout, isFenceShared);
        }

        public LaneWriter Writer { get; }

        public LaneReader Reader { get; }

        public long Pass(int count)
        {
            for (int i = 0; i < count; i++)
            {
                Writer.TryWrite((long)i);
                Writer.TryWakeReader();
            }
            long sum = 0;
            while (Reader.TryRead(out long item))
            {
                Reader.TryWakeWriter();
                sum += item;
            }
            return sum;
        }
    }
}
