using System.Collections.Concurrent;

namespace CrossChannels.Nats.Tests;

/// <summary>A cluster of three, whose leader is killed, stands still, or is cut off from the others. Takes minutes, and so runs with <c>CROSSCHANNELS_LONG=1</c> only.</summary>
[TestClass]
[DoNotParallelize]
public sealed class ClusterTests
{
    private const int Least = 2_000;

    private static NatsOptions Options => new() { Replicas = 3, LeaseTimeout = TimeSpan.FromSeconds(2), PresenceTimeout = TimeSpan.FromSeconds(4) };

    [TestMethod]
    [DataRow(Failure.Killed)]
    [DataRow(Failure.StandsStill)]
    [DataRow(Failure.StandsStillForAWhile)]
    [DataRow(Failure.CutOffForAWhile)]
    public async Task LeaderFails_NoLeaseIsLost_AndDoublesAreMarked(Failure failure)
    {
        RequireLong();
        await using NatsCluster cluster = await NatsCluster.StartAsync();
        await using NatsChannels nats = await NatsChannels.ConnectAsync(cluster.Url, Options).Done();
        await using LeasedChannel<int> owner = await nats.CreateLeasedAsync<int>("jobs", 100, new LeaseOptions { CapacityRelease = CapacityRelease.Settled }).Done();
        var failing = new FailingLeader(cluster, failure);
        Task<int> writing = WriteAsync(owner.Writer, failing.IsOver);
        HashSet<int> seen = [];
        while (await owner.Reader.WaitToReadAsync().Done($"more than {seen.Count} items"))
        {
            while (owner.Reader.TryRead(out Lease<int>? lease))
            {
                if (!seen.Add(lease.Item))
                    Assert.IsGreaterThan(1, lease.DeliveryCount, $"Item {lease.Item} came again, and does not say so.");
                lease.Complete();
                if (seen.Count > Least / 4)
                    await failing.BeginAsync();
            }
        }
        await failing.IsOver.Done();
        Assert.HasCount(await writing.Done(), seen);
    }

    [TestMethod]
    [DataRow(Failure.Killed)]
    [DataRow(Failure.StandsStill)]
    [DataRow(Failure.StandsStillForAWhile)]
    [DataRow(Failure.CutOffForAWhile)]
    public async Task LeaderFails_NothingIsLost_AndTheOrderHolds(Failure failure)
    {
        RequireLong();
        await using NatsCluster cluster = await NatsCluster.StartAsync();
        await using NatsChannels nats = await NatsChannels.ConnectAsync(cluster.Url, Options).Done();
        await using SharedChannel<int> owner = await nats.CreateBoundedAsync<int>("jobs", 100).Done();
        var failing = new FailingLeader(cluster, failure);
        Task<int> writing = WriteAsync(owner.Writer, failing.IsOver);
        List<int> read = [];
        while (await owner.Reader.WaitToReadAsync().Done($"more than {read.Count} items"))
        {
            while (owner.Reader.TryRead(out int item))
            {
                read.Add(item);
                if (read.Count > Least / 4)
                    await failing.BeginAsync();
            }
        }
        await failing.IsOver.Done();
        CollectionAssert.AreEqual(Enumerable.Range(0, await writing.Done()).ToList(), read);
    }

    /// <summary>A reader whose server is cut off with it goes on for a while, and so do those on the other side.</summary>
    [TestMethod]
    public async Task LeaderIsCutOffWithAReader_DoublesAreMarked_AndWhatWasSettledStaysSo()
    {
        RequireLong();
        NatsOptions options = Options with { PresenceTimeout = TimeSpan.FromSeconds(60) };
        await using TwoSides sides = await TwoSides.StartAsync(options, NatsCluster.Items("jobs"), static async maker => await maker.CreateLeasedAsync<int>("jobs", 100, new LeaseOptions { CapacityRelease = CapacityRelease.Settled }).Done());
        await using LeasedReader<int> readerInside = await sides.Inside.OpenLeasedReaderAsync<int>("jobs").Done();
        await using LeasedReader<int> readerOutside = await sides.Outside.OpenLeasedReaderAsync<int>("jobs").Done();
        CrossChannelWriter<int> writer = await sides.Outside.OpenWriterAsync<int>("jobs").Done();
        var failing = new FailingLeader(sides.Cluster, Failure.CutOffForAWhile);
        Task<int> writing = WriteAsync(writer, failing.IsOver);
        var seen = new ConcurrentDictionary<int, bool>();
        List<string> faults = [];
        async Task ReadAsync(LeasedReader<int> reader, string side)
        {
            while (await reader.WaitToReadAsync().Done($"more items {side}, after {seen.Count}"))
            {
                while (reader.TryRead(out Lease<int>? lease))
                {
                    // False until the server has said that it is settled.
                    bool isNew = seen.TryAdd(lease.Item, false);
                    if (!isNew && lease.DeliveryCount == 1)
                        Report($"Item {lease.Item} came again {side}, and does not say so.");
                    if (!isNew && seen[lease.Item])
                        Report($"Item {lease.Item} came again {side}, and was settled.");
                    await lease.CompleteAsync().AsTask().Done($"that {lease.Item} is settled {side}");
                    seen[lease.Item] = true;
                    if (seen.Count > Least / 4)
                        await failing.BeginAsync();
                }
            }
        }

        void Report(string fault)
        {
            lock (faults)
                faults.Add(fault);
        }

        Task reading = Task.WhenAll(ReadAsync(readerInside, "inside"), ReadAsync(readerOutside, "outside"));
        await reading.Done("both readers");
        Assert.IsEmpty(faults, string.Join(Environment.NewLine, faults));
        Assert.HasCount(await writing.Done(), seen);
    }

    /// <summary>A plain item has no place for a mark, so it may come to a reader on either side, but not twice to one.</summary>
    [TestMethod]
    public async Task LeaderIsCutOffWithAReader_NothingIsLost_AndNoReaderHasAnItemTwice()
    {
        RequireLong();
        NatsOptions options = Options with { PresenceTimeout = TimeSpan.FromSeconds(60) };
        await using TwoSides sides = await TwoSides.StartAsync(options, NatsCluster.Items("jobs"), static async maker => await maker.CreateBoundedAsync<int>("jobs", 100).Done());
        await using CrossChannelReader<int> readerInside = await sides.Inside.OpenReaderAsync<int>("jobs").Done();
        await using CrossChannelReader<int> readerOutside = await sides.Outside.OpenReaderAsync<int>("jobs").Done();
        CrossChannelWriter<int> writer = await sides.Outside.OpenWriterAsync<int>("jobs").Done();
        var failing = new FailingLeader(sides.Cluster, Failure.CutOffForAWhile);
        Task<int> writing = WriteAsync(writer, failing.IsOver);
        int count = 0;
        async Task<List<int>> ReadAsync(CrossChannelReader<int> reader, string side)
        {
            List<int> read = [];
            while (await reader.WaitToReadAsync().Done($"more items {side}, after {read.Count}"))
            {
                while (reader.TryRead(out int item))
                {
                    read.Add(item);
                    if (Interlocked.Increment(ref count) > Least / 4)
                        await failing.BeginAsync();
                }
            }
            return read;
        }

        List<int>[] both = await Task.WhenAll(ReadAsync(readerInside, "inside"), ReadAsync(readerOutside, "outside")).Done("both readers");
        foreach (List<int> side in both)
            CollectionAssert.AllItemsAreUnique(side);
        CollectionAssert.AreEqual(Enumerable.Range(0, await writing.Done()).ToList(), both[0].Union(both[1]).Order().ToList());
    }

    [TestMethod]
    public async Task LeaderIsKilled_TheLockIsStillHeld_AndItsTokenRises()
    {
        RequireLong();
        await using NatsCluster cluster = await NatsCluster.StartAsync();
        // A new leader is there after some seconds, for which a hold must last.
        NatsOptions options = Options with { PresenceTimeout = TimeSpan.FromSeconds(60) };
        await using NatsChannels nats = await NatsChannels.ConnectAsync(cluster.Url, options).Done();
        await using NatsChannels other = await NatsChannels.ConnectAsync(cluster.Url, options).Done();
        await using SharedChannel<int> owner = await nats.CreateBoundedAsync<int>("jobs", 10).Done();
        await using CrossLock gate = await nats.OpenLockAsync("gate").Done();
        await using CrossLock waiting = await other.OpenLockAsync("gate").Done();
        LockHold hold = await gate.AcquireAsync().Done();
        Task<LockHold> next = waiting.AcquireAsync().AsTask();
        await new FailingLeader(cluster, Failure.Killed).BeginAsync();
        await owner.Writer.WriteAsync(1).Done();
        await owner.Writer.FlushAsync().Done();
        Assert.IsFalse(next.IsCompleted);
        Assert.IsFalse(hold.Lost.IsCancellationRequested);
        await hold.ReleaseAsync().Done();
        await using LockHold second = await next.Done();
        Assert.IsGreaterThan(hold.FencingToken, second.FencingToken);
        Assert.IsFalse(second.WasAbandoned);
    }

    /// <summary>The holder's server, which led, lets it believe for a while that it still holds.</summary>
    [TestMethod]
    public async Task LeaderIsCutOffWithTheHolder_ItsHoldIsLost_BeforeAnotherHolds()
    {
        RequireLong();
        await using TwoSides sides = await TwoSides.StartAsync(Options, NatsCluster.Locks, static async maker => await maker.OpenLockAsync("gate").Done());
        await using CrossLock gate = await sides.Inside.OpenLockAsync("gate").Done();
        await using CrossLock waiting = await sides.Outside.OpenLockAsync("gate").Done();
        LockHold hold = await gate.AcquireAsync().Done();
        Task<LockHold> next = waiting.AcquireAsync().AsTask();
        sides.Cluster.CutOff(sides.Leader);
        await using LockHold second = await next.Done();
        Assert.IsTrue(hold.Lost.IsCancellationRequested);
        Assert.IsGreaterThan(hold.FencingToken, second.FencingToken);
        Assert.IsTrue(second.WasAbandoned);
        sides.Cluster.Heal(sides.Leader);
        await second.ReleaseAsync().Done();
        await using LockHold third = await gate.AcquireAsync().Done();
        Assert.IsGreaterThan(second.FencingToken, third.FencingToken);
    }

    /// <summary>
    /// Who waits does not see the holder, which lives, and which the server that leads the locks still hears. Whether that one can serve it depends on who leads the cluster: if that is one of the two that
    /// are cut off from each other, there are elections all the time. Then the hold is lost, but before another has it.
    /// </summary>
    [TestMethod]
    public async Task ServersOfHolderAndWaiterAreCutOffFromEachOther_NoTwoHold()
    {
        RequireLong();
        NatsOptions options = Options with { PresenceTimeout = TimeSpan.FromSeconds(10) };
        await using NatsCluster cluster = await NatsCluster.StartAsync();
        await using NatsChannels maker = await NatsChannels.ConnectAsync(cluster.Url, options).Done();
        await (await maker.OpenLockAsync("gate").Done()).DisposeAsync();
        NatsServer[] others = cluster.Without(await cluster.LeaderAsync(NatsCluster.Locks));
        await using NatsChannels one = await NatsChannels.ConnectAsync(others[0].Url, options).Done();
        await using NatsChannels other = await NatsChannels.ConnectAsync(others[1].Url, options).Done();
        await using CrossLock gate = await one.OpenLockAsync("gate").Done();
        await using CrossLock waiting = await other.OpenLockAsync("gate").Done();
        LockHold hold = await gate.AcquireAsync().Done();
        Task<LockHold> next = waiting.AcquireAsync().AsTask();
        cluster.CutBetween(others[0], others[1]);
        Task passed = Task.Delay(2.5 * options.PresenceTimeout);
        bool wasTaken = await Task.WhenAny(next, passed) == next;
        bool isLost = hold.Lost.IsCancellationRequested;
        Assert.IsTrue(!wasTaken || isLost, "Another holds, and the first has not heard that it does not.");
        if (!isLost)
            await hold.ReleaseAsync().Done();
        await using LockHold second = await next.Done();
        Assert.AreEqual(isLost, second.WasAbandoned);
        Assert.IsGreaterThan(hold.FencingToken, second.FencingToken);
    }

    /// <summary>Writes numbers until the failure is over, and for a while longer.</summary>
    /// <returns>How many.</returns>
    private static Task<int> WriteAsync(CrossChannelWriter<int> writer, Task isOver) => Task.Run(async () =>
    {
        int most = int.MaxValue;
        int i = 0;
        for (; i < most; i++)
        {
            await writer.WriteAsync(i).Done($"item {i}");
            if (most == int.MaxValue && isOver.IsCompleted)
                most = i + Least;
        }
        writer.Complete();
        return i;
    });

    private static void RequireLong()
    {
        if (Environment.GetEnvironmentVariable("CROSSCHANNELS_LONG") != "1")
            Assert.Inconclusive("It takes minutes: CROSSCHANNELS_LONG=1 runs it.");
    }

    /// <summary>A cluster with one client at the server that leads a stream, and at no other, and one at the others.</summary>
    private sealed class TwoSides(NatsCluster cluster, NatsChannels maker, IAsyncDisposable made, NatsServer leader, NatsChannels inside, NatsChannels outside) : IAsyncDisposable
    {
        public NatsCluster Cluster => cluster;

        public NatsServer Leader => leader;

        public NatsChannels Inside => inside;

        public NatsChannels Outside => outside;

        /// <param name="options">Of all clients.</param>
        /// <param name="stream">Whose leader it is.</param>
        /// <param name="make">Makes what is in the stream.</param>
        public static async Task<TwoSides> StartAsync(NatsOptions options, string stream, Func<NatsChannels, Task<IAsyncDisposable>> make)
        {
            NatsCluster cluster = await NatsCluster.StartAsync();
            try
            {
                NatsChannels maker = await NatsChannels.ConnectAsync(cluster.Url, options).Done();
                IAsyncDisposable made = await make(maker);
                NatsServer leader = await cluster.LeaderAsync(stream);
                return new TwoSides(
                    cluster, maker, made, leader,
                    await NatsChannels.ConnectAsync(leader.Url, options).Done(), await NatsChannels.ConnectAsync(cluster.UrlWithout(leader), options).Done());
            }
            catch
            {
                await cluster.DisposeAsync();
                throw;
            }
        }

        public async ValueTask DisposeAsync()
        {
            foreach (IAsyncDisposable part in (IAsyncDisposable[])[outside, inside, made, maker, cluster])
                await part.DisposeAsync();
        }
    }

    /// <summary>How the leader fails.</summary>
    public enum Failure
    {
        Killed,
        StandsStill,
        StandsStillForAWhile,

        /// <summary>Only its clients reach it.</summary>
        CutOffForAWhile,
    }

    /// <summary>The leader of the channel 'jobs' fails once.</summary>
    private sealed class FailingLeader(NatsCluster cluster, Failure failure)
    {
        /// <summary>How long there are two that lead, until the first finds that nobody follows.</summary>
        private static readonly TimeSpan s_while = TimeSpan.FromSeconds(10);

        private readonly TaskCompletionSource _isOver = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _hasBegun;

        /// <summary>It has failed, and is back if it comes back.</summary>
        public Task IsOver => _isOver.Task;

        public async Task BeginAsync()
        {
            if (Interlocked.Exchange(ref _hasBegun, 1) != 0)
                return;
            NatsServer leader = await cluster.LeaderAsync(NatsCluster.Items("jobs"));
            switch (failure)
            {
                case Failure.Killed:
                    await leader.KillAsync();
                    break;
                case Failure.StandsStill or Failure.StandsStillForAWhile:
                    await leader.StopAsync();
                    break;
                default:
                    cluster.CutOff(leader);
                    break;
            }
            if (failure is Failure.Killed or Failure.StandsStill)
                _isOver.SetResult();
            else
                _ = ComeBackAsync(leader);
        }

        private async Task ComeBackAsync(NatsServer leader)
        {
            await Wait.Until(async () => await cluster.TryFindLeaderAsync(NatsCluster.Items("jobs"), without: leader) is { } other && other != leader, "that the others choose a leader");
            await Task.Delay(s_while);
            if (failure == Failure.StandsStillForAWhile)
                leader.Continue();
            else
                cluster.Heal(leader);
            _isOver.SetResult();
        }
    }
}
