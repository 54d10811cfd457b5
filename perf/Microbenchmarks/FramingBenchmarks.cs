using System.Buffers.Binary;
using BenchmarkDotNet.Attributes;
using CrossChannels.Protocol;

namespace Microbenchmarks;

/// <summary>Headers of frames: written, read and judged. Per frame, which carries anything from one item to thousands.</summary>
public class FramingBenchmarks
{
    private const int Items = 256;
    private const int TextBytes = 100;
    private const int MaxItemBytes = 16 << 20;

    private readonly byte[] _frame = new byte[FrameHeader.Size + ItemsHeader.Size];
    private readonly byte[] _credit = new byte[CreditFrame.Size];
    private readonly byte[] _texts = new byte[Items * (ItemsHeader.LengthPrefix + TextBytes)];

    public FramingBenchmarks()
    {
        WriteItemsHeader();
        new CreditFrame(1024, 65_536).Write(_credit);
        for (int i = 0; i < Items; i++)
            BinaryPrimitives.WriteInt32LittleEndian(_texts.AsSpan(i * (ItemsHeader.LengthPrefix + TextBytes)), TextBytes);
    }

    [Benchmark]
    public void WriteItemsHeader()
    {
        new FrameHeader(ItemsHeader.Size + (Items * sizeof(long)), FrameType.Items, 0, 0).Write(_frame);
        new ItemsHeader(0, Items, 0).Write(_frame.AsSpan(FrameHeader.Size));
    }

    [Benchmark]
    public int ReadItemsHeader()
    {
        FrameHeader header = FrameHeader.Read(_frame);
        FrameLimits.Check(header, MaxItemBytes);
        return ItemsHeader.Read(_frame.AsSpan(FrameHeader.Size)).CheckPayload(header.Length, 0, sizeof(long));
    }

    [Benchmark]
    public long ReadCredit()
    {
        FrameLimits.Check(FrameHeader.Read(_credit), MaxItemBytes);
        return CreditFrame.Read(_credit.AsSpan(FrameHeader.Size)).Items;
    }

    /// <summary>Walks the lengths of 256 items of 100 bytes; the figure is for one item.</summary>
    [Benchmark(OperationsPerInvoke = Items)]
    public void CheckLengths() => ItemsHeader.CheckLengths(_texts, Items, MaxItemBytes);
}
