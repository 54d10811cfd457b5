namespace CrossChannels.Tests.Reconnecting;

/// <summary>Locks whose hub is killed and comes back, or does not.</summary>
[TestClass]
public sealed class ReconnectingLockTests
{
    [TestMethod]
    public async Task HubIsRestarted_HoldsAreLost_AndWaitersGoOn()
    {
        await using RestartedHub hub = await RestartedHub.StartAsync();
        await using CrossLock gate = await CrossChannel.OpenLockAsync(hub.Of("lock"), hub.Reconnecting()).Done();
        LockHold hold = await gate.AcquireAsync().Done();
        Task<LockHold> waiting = gate.AcquireAsync().AsTask();
        Task<LockHold> waitingLong = gate.AcquireAsync(TimeSpan.FromMinutes(5)).AsTask();
        await hub.KillAsync();
        await Wait.Until(() => hold.Lost.IsCancellationRequested);
        Assert.IsFalse(waiting.IsCompleted || waitingLong.IsCompleted);
        await hub.RestartAsync();
        Task<LockHold> first = await Task.WhenAny(waiting, waitingLong).Done();
        await using (LockHold next = await first.Done())
        {
            Assert.IsFalse(next.Lost.IsCancellationRequested);
            await hold.ReleaseAsync().Fails<InvalidOperationException>();
            await hold.DisposeAsync().Done();
            Assert.IsFalse(next.Lost.IsCancellationRequested, "the hold of the lost hub is not taken for that of the next");
        }
        await (await (first == waiting ? waitingLong : waiting).Done()).ReleaseAsync().Done();
        Assert.AreEqual(1, hub.Log.Count("Reconnected"));
    }

    [TestMethod]
    public async Task HubIsAway_WaitsCanBeCanceled_AndTimeOut_AndATryFails()
    {
        await using RestartedHub hub = await RestartedHub.StartAsync();
        CrossLock gate = await CrossChannel.OpenLockAsync(hub.Of("lock"), hub.Reconnecting()).Done();
        LockHold hold = await gate.AcquireAsync().Done();
        await hub.KillAsync();
        await Wait.Until(() => hold.Lost.IsCancellationRequested);
        using var source = new CancellationTokenSource();
        Task<LockHold> canceled = gate.AcquireAsync(source.Token).AsTask();
        await source.CancelAsync();
        await canceled.Fails<OperationCanceledException>();
        await gate.AcquireAsync(TimeSpan.FromMilliseconds(50)).Fails<TimeoutException, LockHold>();
        await gate.AcquireAsync(TimeSpan.Zero).Fails<CrossChannelException, LockHold>();
        Task<LockHold> waiting = gate.AcquireAsync().AsTask();
        await gate.DisposeAsync().Done();
        await waiting.Fails<Exception>();
    }

    [TestMethod]
    public async Task HubStaysAway_WaitersGetTheLoss()
    {
        await using RestartedHub hub = await RestartedHub.StartAsync();
        await using CrossLock gate = await CrossChannel.OpenLockAsync(hub.Of("lock"), hub.Reconnecting(giveUpAfter: TimeSpan.FromMilliseconds(300))).Done();
        await using LockHold hold = await gate.AcquireAsync().Done();
        Task<LockHold> waiting = gate.AcquireAsync().AsTask();
        await hub.KillAsync();
        await waiting.Fails<ConnectionLostException>();
        Assert.IsTrue(hold.Lost.IsCancellationRequested);
        StringAssert.Contains((await gate.AcquireAsync().Fails<ConnectionLostException, LockHold>()).Message, "GiveUpAfter");
        Assert.AreEqual(1, hub.Log.Count("NotReconnected"));
    }

    [TestMethod]
    public async Task OwnerIsReplacedInGoodOrder_TheLockGoesOn()
    {
        ChannelAddress address = ChannelAddress.Memory($"{Guid.NewGuid():N}");
        CrossLock first = await CrossChannel.CreateLockAsync(address).Done();
        await using CrossLock gate = await CrossChannel.OpenLockAsync(address, new() { Reconnect = new() { FirstDelay = TimeSpan.FromMilliseconds(1) } }).Done();
        LockHold hold = await gate.AcquireAsync().Done();
        await first.DisposeAsync().Done();
        await Wait.Until(() => hold.Lost.IsCancellationRequested);
        await using CrossLock second = await CrossChannel.CreateLockAsync(address).Done();
        await using LockHold next = await gate.AcquireAsync().Done();
        await second.AcquireAsync(TimeSpan.Zero).Fails<TimeoutException, LockHold>();
    }
}
