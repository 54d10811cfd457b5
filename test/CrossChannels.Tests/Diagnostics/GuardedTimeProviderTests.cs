using CrossChannels.Diagnostics;

namespace CrossChannels.Tests.Diagnostics;

[TestClass]
public sealed class GuardedTimeProviderTests
{
    [TestMethod]
    public void Over_TheSystemsClock_IsTheSame() =>
        Assert.AreSame(TimeProvider.System, new ConnectionOptions { TimeProvider = TimeProvider.System }.TimeProvider);

    [TestMethod]
    public void Over_OneClockTwice_IsOneGuard()
    {
        var clock = new FaultyClock();
        Assert.AreSame(
            new ConnectionOptions { TimeProvider = clock }.TimeProvider, new ConnectionOptions { TimeProvider = clock }.TimeProvider);
    }

    [TestMethod]
    public void GetTimestamp_ClockThrows_TimeStandsStill()
    {
        var clock = new FaultyClock();
        TimeProvider guarded = GuardedTimeProvider.Over(clock);
        long last = guarded.GetTimestamp();
        clock.IsFaulty = true;
        Assert.AreEqual(last, guarded.GetTimestamp());
        Assert.AreNotEqual(default, guarded.GetUtcNow());
        clock.IsFaulty = false;
        Assert.IsGreaterThanOrEqualTo(last, guarded.GetTimestamp());
    }

    [TestMethod]
    [DataRow(true, DisplayName = "created while faulty")]
    [DataRow(false, DisplayName = "changed while faulty")]
    public async Task Timer_ClockThrows_StillComes(bool atCreation)
    {
        var clock = new FaultyClock { IsFaulty = atCreation };
        var came = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using ITimer timer = GuardedTimeProvider.Over(clock).CreateTimer(
            _ => came.TrySetResult(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        clock.IsFaulty = true;
        Assert.IsTrue(timer.Change(TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan));
        await came.Task.Done();
    }

    [TestMethod]
    public async Task Links_ClockThrowsAlways_Work()
    {
        var link = new ConnectionOptions { TimeProvider = new FaultyClock { IsFaulty = true }, PeerTimeout = TimeSpan.FromMinutes(1) };
        var (here, there) = CrossChannel.CreatePair<int, NoItem>(
            new DuplexChannelOptions<int, NoItem> { Connection = link }, new DuplexChannelOptions<NoItem, int> { Connection = link });
        await here.Writer.WriteAsync(7).Done();
        Assert.AreEqual(7, await there.Reader.ReadAsync().Done());
        here.Writer.Complete();
        await there.Reader.Completion.Done();
        await here.DisposeAsync().Done();
        await there.DisposeAsync().Done();
    }

    private sealed class FaultyClock : TimeProvider
    {
        private volatile bool _isFaulty;

        public bool IsFaulty
        {
            get => _isFaulty;
            set => _isFaulty = value;
        }

        public override long GetTimestamp() => Checked().GetTimestamp();

        public override DateTimeOffset GetUtcNow() => Checked().GetUtcNow();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            new FaultyTimer(this, Checked().CreateTimer(callback, state, dueTime, period));

        private TimeProvider Checked() => _isFaulty ? throw new InvalidOperationException("A faulty clock.") : System;

        private sealed class FaultyTimer(FaultyClock clock, ITimer timer) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                clock.Checked();
                return timer.Change(dueTime, period);
            }

            public void Dispose() => timer.Dispose();

            public ValueTask DisposeAsync() => timer.DisposeAsync();
        }
    }
}
