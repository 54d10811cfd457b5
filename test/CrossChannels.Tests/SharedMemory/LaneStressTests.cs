using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using CrossChannels.SharedMemory;

namespace CrossChannels.Tests.SharedMemory;

/// <summary>Two threads at the ends of a lane. The environment variable CROSSCHANNELS_STRESS multiplies what they do.</summary>
[TestClass]
[SupportedOSPlatform("linux")]
public sealed class LaneStressTests
{
    private static readonly int s_times =
        int.TryParse(Environment.GetEnvironmentVariable("CROSSCHANNELS_STRESS"), CultureInfo.InvariantCulture, out int times) ? Math.Max(1, times) : 1;

    /// <summary>An item that shows whether it was torn; 40 bytes, so that it is not aligned to a cache line.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Pattern(long number)
    {
        private readonly long _a = number;
        private readonly long _b = ~number;
        private readonly long _c = number * 0x5851F42D4C957F2D;
        private readonly long _d = number ^ 0x1234567;
        private readonly long _e = -number;

        public bool Is(long number) => Equals(new Pattern(number));

        private bool Equals(Pattern other) => _a == other._a && _b == other._b && _c == other._c && _d == other._d && _e == other._e;
    }

    [TestMethod]
    [DataRow(1, true, 1_000)]
    [DataRow(1, false, 1_000)]
    [DataRow(2, true, 2_000)]
    [DataRow(7, false, 5_000)]
    [DataRow(64, true, 100_000)]
    [DataRow(1024, false, 200_000)]
    [DataRow(100_000, true, 600_000)]
    public async Task Items_AreWholeOnceAndInOrder(int capacity, bool isFenceShared, long count)
    {
        using var lane = new LanePair(LaneLayout.Of(Marshal.SizeOf<Pattern>(), 64, capacity, 1 << 26), isFenceShared);
        count *= s_times;
        var stop = new CancellationTokenSource();
        Task writing = RunAsync(() =>
        {
            for (long i = 0; i < count; i++)
                Spin(() => lane.Writer.TryWrite(new Pattern(i)), stop.Token);
        });
        Task reading = RunAsync(() =>
        {
            for (long i = 0; i < count; i++)
            {
                Pattern item = default;
                Spin(() => lane.Reader.TryRead(out item), stop.Token);
                Assert.IsTrue(item.Is(i), $"Item {i:N0} of {count:N0} is another, or torn.");
            }
        });
        await EndAsync(lane, stop, writing, reading);
        Assert.AreEqual(count, lane.Reader.Taken);
        Assert.IsNull(lane.Reader.Violation);
        Assert.IsNull(lane.Writer.Violation);
    }

    [TestMethod]
    [DataRow(1, true)]
    [DataRow(100, false)]
    public async Task Records_AreWholeOnceAndInOrder(int capacity, bool isFenceShared)
    {
        using LanePair lane = LanePair.OfRecords(capacity, 300_000, isFenceShared: isFenceShared);
        int count = 4_000 * s_times;
        var stop = new CancellationTokenSource();
        Task writing = RunAsync(() =>
        {
            byte[] item = new byte[100_000];
            for (int i = 0; i < count; i++)
            {
                int length = Length(i);
                item.AsSpan(0, length).Fill((byte)i);
                Spin(() => lane.Writer.TryWrite(item.AsSpan(0, length), false), stop.Token);
            }
        });
        Task reading = RunAsync(() =>
        {
            byte[] item = new byte[100_000];
            for (int i = 0; i < count; i++)
            {
                int length = 0;
                Spin(() => lane.Reader.TryPeekLength(out length), stop.Token);
                Assert.AreEqual(Length(i), length);
                Assert.IsTrue(lane.Reader.TryCopyNext(item.AsSpan(0, length), take: true));
                Assert.IsFalse(item.AsSpan(0, length).ContainsAnyExcept((byte)i), $"Record {i:N0} is another, or torn.");
            }
        });
        await EndAsync(lane, stop, writing, reading);
        Assert.IsNull(lane.Reader.Violation);
        Assert.IsNull(lane.Writer.Violation);

        static int Length(int i) => i % 97 == 0 ? i * 31 % 100_000 : i * 7 % 300;
    }

    /// <summary>Neither end ever spins: a wake-up that is lost stops both for good.</summary>
    [TestMethod]
    [DataRow(1, true)]
    [DataRow(1, false)]
    [DataRow(2, true)]
    [DataRow(2, false)]
    public async Task ParkedOnEveryItem_NoWakeUpIsLost(int capacity, bool isFenceShared)
    {
        using LanePair lane = LanePair.OfNumbers(capacity, isFenceShared);
        int count = 1_000 * s_times;
        using var readerBell = new SemaphoreSlim(0);
        using var writerBell = new SemaphoreSlim(0);
        var stop = new CancellationTokenSource();
        Task writing = RunAsync(() =>
        {
            for (long i = 0; i < count; i++)
            {
                while (!lane.Writer.TryWrite(i))
                {
                    if (lane.Writer.TryPark())
                        writerBell.Wait(stop.Token);
                }
                if (lane.Writer.TryWakeReader())
                    readerBell.Release();
            }
        });
        Task reading = RunAsync(() =>
        {
            for (long i = 0; i < count; i++)
            {
                long item;
                while (!lane.Reader.TryRead(out item))
                {
                    if (lane.Reader.TryPark())
                        readerBell.Wait(stop.Token);
                }
                Assert.AreEqual(i, item);
                if (lane.Reader.TryWakeWriter())
                    writerBell.Release();
            }
        });
        await EndAsync(lane, stop, writing, reading);
    }

    private static Task RunAsync(Action work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Waits for both for as long as items are taken; the first failure stops the other.</summary>
    private static async Task EndAsync(LanePair lane, CancellationTokenSource stop, Task writing, Task reading)
    {
        Task both = Task.WhenAll(writing, reading);
        try
        {
            Task first = await Task.WhenAny(writing, reading, StallAsync(lane, stop.Token));
            await first;
            await both.Done();
        }
        finally
        {
            // The lane goes when this is left, and with it the memory that both are in.
            await stop.CancelAsync();
            await both.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            stop.Dispose();
        }
    }

    /// <summary>Fails when no item is taken for a deadline, however slow the machine is.</summary>
    private static async Task StallAsync(LanePair lane, CancellationToken stop)
    {
        for (long taken = -1; taken != lane.Reader.Taken;)
        {
            taken = lane.Reader.Taken;
            await Task.Delay(Wait.Deadline, stop);
        }
        Assert.Fail($"Nothing was taken for {Wait.Deadline.TotalSeconds:N0} s, after {lane.Reader.Taken:N0} items.");
    }

    private static void Spin(Func<bool> tried, CancellationToken stop)
    {
        for (int i = 1; !tried(); i++)
        {
            if (i % 64 == 0)
            {
                stop.ThrowIfCancellationRequested();
                Thread.Yield();
            }
        }
    }
}
