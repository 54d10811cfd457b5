using CrossChannels.Hub;
using CrossChannels.Threading;

namespace CrossChannels.Tests.Hub;

/// <summary>What a hub does after its locks: errors skip nothing, and clocks are neither called under a lock nor believed.</summary>
[TestClass]
public sealed class HubAfterLockTests
{
    private readonly RankedLock _sync = new(LockRank.HubChannel);

    [TestMethod]
    public void Run_OneActionThrows_TheOthersAreDone()
    {
        var done = new List<int>();
        HubAfterLock after = default;
        after.Do(() => done.Add(1));
        after.Do(static () => throw new InvalidOperationException("first"));
        after.Do(static () => throw new InvalidOperationException("second"));
        after.Do(() => done.Add(2));
        var clock = new HubClock(TimeProvider.System);
        var readers = new Dispatcher(_sync, new HubQueue(8), isLeased: false);
        Exception? error = after.Run(readers, new HubTimer(_sync, clock, static () => { }), isParking: false);
        Assert.AreEqual("first", error?.Message);
        CollectionAssert.AreEqual((int[])[1, 2], done);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    public async Task Timer_TheClockRefusesToChangeIt_TicksByTheSystems(int refusesFrom)
    {
        var ticked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var clock = new HubClock(new RefusingClock(refusesFrom));
        var timer = new HubTimer(_sync, clock, () => ticked.TrySetResult());
        for (int i = 0; i < refusesFrom; i++)
        {
            bool isDue;
            clock.Refresh();
            using (_sync.Enter())
                isDue = timer.AskLocked(1000 - (i * 500));
            Assert.IsTrue(isDue);
            timer.Set();
        }
        await ticked.Task.Done("the timer ticks all the same");
    }

    /// <summary>The clock is asked while no lock is held, also by a tick that asks for the next.</summary>
    [TestMethod]
    public async Task Channel_WithAClockOfTheUsers_IsNeverUnderALockWhenItIsAsked()
    {
        var clock = new LockWatchingClock();
        await using SharedChannel<long> owner = await CrossChannel.CreateBoundedAsync<long>(
            $"mem:{Guid.NewGuid():N}", 2, hub: new() { Connection = new() { TimeProvider = clock } }).Done();
        await using CrossChannelWriter<long> writer = await CrossChannel.OpenWriterAsync<long>(owner.Address).Done();
        await using CrossChannelReader<long> reader = await CrossChannel.OpenReaderAsync<long>(owner.Address).Done();
        Task writing = Task.Run(async () =>
        {
            for (long i = 0; i < 200; i++)
                await (i % 2 == 0 ? owner.Writer : writer).WriteAsync(i);
            await writer.JoinAsync();
        });
        for (int i = 0; i < 200; i++)
            await (i % 2 == 0 ? owner.Reader : reader).ReadAsync().Done();
        await writing.Done();
        owner.Writer.Complete();
        await reader.Completion.Done();
        Assert.IsGreaterThan(0, clock.Calls);
        Assert.AreEqual("", clock.Violation);
    }

    private sealed class RefusingClock(int refusesFrom) : TimeProvider
    {
        private int _changes;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Timer(this);

        private sealed class Timer(RefusingClock clock) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => Interlocked.Increment(ref clock._changes) < clock.Refuses;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => default;
        }

        private int Refuses => refusesFrom;
    }

    private sealed class LockWatchingClock : TimeProvider
    {
        private int _calls;

        public int Calls => _calls;

        /// <summary>Where it was called under a lock; Debug builds know.</summary>
        public string Violation { get; private set; } = "";

        public override long GetTimestamp()
        {
            Watch();
            return System.GetTimestamp();
        }

        public override DateTimeOffset GetUtcNow()
        {
            Watch();
            return System.GetUtcNow();
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Watch();
            return System.CreateTimer(callback, state, dueTime, period);
        }

        private void Watch()
        {
            Interlocked.Increment(ref _calls);
            if (HeldLocks.Count > 0)
                Violation = Environment.StackTrace;
        }
    }
}
