using System.Runtime.Versioning;
using CrossChannels.Tests.Transports;

namespace CrossChannels.Tests.SharedMemory;

/// <summary>Credit that a hub takes back from a lane that it has not looked at.</summary>
[TestClass]
[SupportedOSPlatform("linux")]
public sealed class TakenBackCreditTests
{
    /// <summary>Nothing can be taken back from the writer that holds the only slot, since what it has published is not collected yet; the one that waits gets its slot later.</summary>
    [TestMethod]
    public async Task WriterHasUsedItsCredit_AndTheHubHasNotLooked_TheOtherWaitsForTheReader()
    {
        var clock = new TimelessClock();
        await using SharedChannel<long> owner = await CrossChannel.CreateBoundedAsync<long>(
            ChannelAddress.SharedMemory(TransportTest.UniqueName()), 1, hub: new() { Connection = new() { TimeProvider = clock }, DrainTimeout = TimeSpan.Zero }).Done();
        await using CrossChannelWriter<long> first = await CrossChannel.OpenWriterAsync<long>(owner.Address).Done();
        // It rings, since its lane is parked; no tick parks the lane again.
        await first.WriteAsync(1).Done();
        Assert.AreEqual(1, await owner.Reader.ReadAsync().Done());
        await Wait.Until(() => first.TryWrite(2));
        clock.Pass(TimeSpan.FromSeconds(2));
        await using CrossChannelWriter<long> second = await CrossChannel.OpenWriterAsync<long>(owner.Address).Done();
        Task write = second.WriteAsync(3).AsTask();
        Assert.IsNotNull(await CrossChannel.GetChannelStatusAsync(owner.Address).Done());
        Assert.IsFalse(write.IsCompleted);
        Assert.AreEqual(2, await owner.Reader.ReadAsync().Done());
        await write.Done();
        Assert.AreEqual(3, await owner.Reader.ReadAsync().Done());
    }

    /// <summary>A clock of which time can be told, and whose timers never tick.</summary>
    private sealed class TimelessClock : TimeProvider
    {
        private long _now = TimeSpan.TicksPerDay;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Pass(TimeSpan time) => Interlocked.Add(ref _now, time.Ticks);

        public override long GetTimestamp() => Interlocked.Read(ref _now);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new NoTimer();

        private sealed class NoTimer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => default;
        }
    }
}
