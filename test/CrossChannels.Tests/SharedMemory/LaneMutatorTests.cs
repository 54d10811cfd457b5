using System.Buffers.Binary;
using System.Runtime.Versioning;
using CrossChannels.SharedMemory;

namespace CrossChannels.Tests.SharedMemory;

/// <summary>A peer that writes what it likes into the segment: violations, and nothing worse.</summary>
[TestClass]
[SupportedOSPlatform("linux")]
public sealed class LaneMutatorTests
{
    private const int Rewrites = 1_000_000;

    [TestMethod]
    [DataRow(true, false)]
    [DataRow(true, true)]
    [DataRow(false, false)]
    [DataRow(false, true)]
    public async Task WordsRewrittenAtRandom_OnlyViolations(bool isRecords, bool isMild)
    {
        var random = new Random(11);
        int rewrites = 0, lanes = 0, violations = 0;
        while (rewrites < Rewrites)
        {
            using LanePair lane = isRecords ? LanePair.OfRecords(64, 20_000, maxItemBytes: 10_000) : LanePair.OfNumbers(64);
            lane.Guard();
            using var stop = new CancellationTokenSource();
            using var started = new CountdownEvent(2);
            Task writing = Task.Run(() => Write(lane.Writer, isRecords, started, stop.Token));
            Task reading = Task.Run(() => Read(lane.Reader, isRecords, started, stop.Token));
            Assert.IsTrue(started.Wait(Wait.Deadline));
            int here = 0;
            while (here < Rewrites / 20 && !(writing.IsCompleted && reading.IsCompleted))
            {
                Rewrite(lane, random, isMild);
                here++;
            }
            rewrites += Math.Max(here, 1);
            await stop.CancelAsync();
            // Not even a deadline may let the lane go while they are in its memory.
            await Task.WhenAll(writing, reading);
            lanes++;
            violations += (lane.Writer.Violation is null ? 0 : 1) + (lane.Reader.Violation is null ? 0 : 1);
            if (lanes >= 2000)
                break;
        }
        Assert.IsGreaterThan(0, violations);
    }

    /// <summary>Items in pages to rent: what says where they are, and what is returned, is rewritten too.</summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task WordsRewrittenAtRandom_RentedItems_OnlyViolations(bool isMild)
    {
        var random = new Random(13);
        int rewrites = 0, violations = 0;
        for (int lanes = 0; rewrites < Rewrites / 2 && lanes < 1000; lanes++)
        {
            using var lane = new LanePair(LaneLayout.Of(0, 10_000, 64, 200_000).WithRent(300_000));
            lane.Guard();
            using var stop = new CancellationTokenSource();
            using var started = new CountdownEvent(2);
            Task writing = Task.Run(() => WriteRented(lane, started, stop.Token));
            Task reading = Task.Run(() => ReadRented(lane.Reader, started, stop.Token));
            Assert.IsTrue(started.Wait(Wait.Deadline));
            for (int here = 0; here < Rewrites / 40 && !(writing.IsCompleted && reading.IsCompleted); here++, rewrites++)
                Rewrite(lane, random, isMild);
            await stop.CancelAsync();
            await Task.WhenAll(writing, reading);
            violations += (lane.Writer.Violation is null ? 0 : 1) + (lane.Reader.Violation is null ? 0 : 1);
        }
        Assert.IsGreaterThan(0, violations);
    }

    [TestMethod]
    public void Header_OfAnyBytes_IsReadOrRefused()
    {
        var random = new Random(5);
        byte[] header = new byte[LaneLayout.HeaderBytes];
        int refused = 0;
        for (int i = 0; i < 100_000; i++)
        {
            LaneLayout layout = LaneLayout.Of(random.Next(3) * 8, 1 + random.Next(1000), 1 + random.Next(100), 1 + random.Next(100_000));
            if (random.Next(3) == 0 && layout.ElementSize == 0)
                layout = layout.WithRent(random.Next(100_000));
            layout.Write(header);
            for (int changes = random.Next(3); changes > 0; changes--)
                header[random.Next(56)] = (byte)(random.Next(2) == 0 ? 0xff : random.Next(256));
            try
            {
                LaneLayout read = LaneLayout.Read(header, layout.Length);
                Assert.AreEqual(layout.Length, read.Length);
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }
        Assert.IsGreaterThan(10_000, refused);
    }

    /// <summary>Mild changes are near the right value, so that they pass more checks.</summary>
    private static void Rewrite(LanePair lane, Random random, bool isMild)
    {
        long words = Math.Min(lane.Layout.Length, lane.Layout.ChunksStart + 70_000) / sizeof(long);
        // The first words are what both ends look at most.
        long at = random.Next(4) == 0 ? random.NextInt64(words) : random.NextInt64(LaneLayout.HeaderBytes / 4 / sizeof(long));
        Span<byte> word = lane.Bytes(at * sizeof(long), sizeof(long));
        long value = isMild ? BinaryPrimitives.ReadInt64LittleEndian(word) + random.Next(-2, 3) : random.NextInt64() >> random.Next(64);
        BinaryPrimitives.WriteInt64LittleEndian(word, value);
    }

    private static void Write(LaneWriter writer, bool isRecords, CountdownEvent started, CancellationToken stop)
    {
        started.Signal();
        byte[] item = new byte[10_000];
        for (int i = 0; !stop.IsCancellationRequested && writer.Violation is null; i++)
        {
            bool isWritten = isRecords ? writer.TryWrite(item.AsSpan(0, (int)(i * 31L % item.Length)), i % 5 == 0) : writer.TryWrite((long)i);
            if (isWritten)
                writer.TryWakeReader();
            else
                Thread.Yield();
        }
    }

    private static void WriteRented(LanePair lane, CountdownEvent started, CancellationToken stop)
    {
        started.Signal();
        for (int i = 1; !stop.IsCancellationRequested && lane.Writer.Violation is null; i++)
        {
            int length = 1 + (int)(i * 31L % 10_000);
            if (!lane.Rents.TryRent(length, out int page))
            {
                Thread.Yield();
                continue;
            }
            unsafe
            {
                new Span<byte>((byte*)lane.Rents.At(page), length).Fill((byte)i);
            }
            if (lane.Writer.TryWriteRented(page, length, out long number))
                lane.Rents.Published(page, length, number);
            else
                lane.Rents.GiveBack(page, length);
        }
    }

    private static unsafe void ReadRented(LaneReader reader, CountdownEvent started, CancellationToken stop)
    {
        started.Signal();
        byte[] item = new byte[10_000];
        for (int i = 0; !stop.IsCancellationRequested && reader.Violation is null; i++)
        {
            if (!reader.TryPeekLength(out int length))
            {
                Thread.Yield();
            }
            else if (reader.IsRented && i % 3 != 0)
            {
                reader.TakeRented(out nint start, out nint returned, out long number);
                new ReadOnlySpan<byte>((byte*)start, length).CopyTo(item);
                Volatile.Write(ref *(long*)returned, number);
            }
            else
            {
                reader.TryCopyNext(item.AsSpan(0, Math.Max(0, length)), take: i % 2 == 0);
            }
        }
    }

    private static void Read(LaneReader reader, bool isRecords, CountdownEvent started, CancellationToken stop)
    {
        started.Signal();
        byte[] item = new byte[10_000];
        long[] many = new long[16];
        while (!stop.IsCancellationRequested && reader.Violation is null)
        {
            bool isRead = !isRecords ? reader.TryRead(out long _) || reader.TryReadMany<long>(many) > 0
                : reader.TryPeekLength(out int length) && reader.TryCopyNext(item.AsSpan(0, Math.Max(0, length)), take: true);
            if (isRead)
                reader.TryWakeWriter();
            else
                Thread.Yield();
        }
    }
}
