using System.Runtime.Versioning;
using CrossChannels.Tests.Samples;

namespace CrossChannels.Tests.Hub;

/// <summary>A lock between real processes, one of which is killed, stopped, or returns.</summary>
[TestClass]
public sealed class LockProcessTests
{
    [TestMethod]
    public async Task HolderKilled_TheNextGetsItMarkedAbandonedWithAHigherToken()
    {
        await using LockHub hub = await LockHub.StartAsync();
        await using ChildProcess holder = await StartAsync(hub.Gate.Address);
        await using ChildProcess next = await StartAsync(hub.Gate.Address);
        await holder.SayAsync("acquire");
        Assert.AreEqual("1 released", await holder.ReadLineAsync());
        Assert.AreEqual(holder.Id, hub.Status.Holder!.ProcessId);
        await next.SayAsync("acquire");
        await hub.Waiting(1);
        Task<LockHold> last = hub.Gate.AcquireAsync().AsTask();
        await holder.KillAsync();
        Assert.AreEqual("2 abandoned", await next.ReadLineAsync());
        await next.SayAsync("release");
        Assert.AreEqual("released", await next.ReadLineAsync());
        LockHold hold = await last.Done();
        Assert.AreEqual(3, hold.FencingToken);
        Assert.IsFalse(hold.WasAbandoned);
    }

    [TestMethod]
    public async Task WaiterKilled_ItsRequestIsGone()
    {
        await using LockHub hub = await LockHub.StartAsync();
        LockHold hold = await hub.Gate.AcquireAsync().Done();
        await using ChildProcess waiter = await StartAsync(hub.Gate.Address);
        await waiter.SayAsync("acquire");
        await hub.Waiting(1);
        Task<LockHold> next = hub.Gate.AcquireAsync().AsTask();
        await waiter.KillAsync();
        await hub.Waiting(1);
        await hold.ReleaseAsync().Done();
        LockHold got = await next.Done();
        Assert.AreEqual(2, got.FencingToken);
        Assert.IsFalse(got.WasAbandoned);
    }

    [TestMethod]
    public async Task HolderReturnsFromMain_WithoutReleasing_TheNextGetsItMarkedAbandoned()
    {
        await using LockHub hub = await LockHub.StartAsync();
        await using ChildProcess holder = await StartAsync(hub.Gate.Address);
        await holder.SayAsync("acquire");
        Assert.AreEqual("1 released", await holder.ReadLineAsync());
        Task<LockHold> next = hub.Gate.AcquireAsync().AsTask();
        Assert.AreEqual(0, await holder.FinishAsync());
        Assert.IsTrue((await next.Done()).WasAbandoned);
    }

    [TestMethod]
    [UnsupportedOSPlatform("windows")]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    [DataRow(false)]
    [DataRow(true)]
    public async Task HolderStopped_WhileOthersWait_IsCutOffAndFindsItsHoldLost(bool releasesLate)
    {
        await using LockHub hub = await LockHub.StartAsync(new HubOptions { RevokeTimeout = TimeSpan.FromMilliseconds(500) });
        await using ChildProcess holder = await StartAsync(hub.Gate.Address);
        await holder.SayAsync("acquire");
        Assert.AreEqual("1 released", await holder.ReadLineAsync());
        UnixCalls.Signal(holder.Id, UnixCalls.Stop);
        LockHold hold = await hub.Gate.AcquireAsync().Done();
        Assert.IsTrue(hold.WasAbandoned);
        Assert.AreEqual(2, hold.FencingToken);
        // What it says when it goes on, before it has heard of its end, changes nothing.
        if (releasesLate)
            await holder.SayAsync("release");
        UnixCalls.Signal(holder.Id, UnixCalls.Continue);
        string line = await holder.ReadLineAsync();
        if (releasesLate && line != "cut off")
        {
            string[] lines = [line, await holder.ReadLineAsync()];
            CollectionAssert.AreEquivalent(new[] { "lost", "not held" }, lines, string.Join(", ", lines));
        }
        else if (!releasesLate)
        {
            Assert.AreEqual("lost", line);
            await holder.SayAsync("release");
            Assert.AreEqual("not held", await holder.ReadLineAsync());
        }
        Assert.IsFalse(hold.Lost.IsCancellationRequested);
        Assert.AreEqual(PeerRole.Owner, hub.Status.Holder!.Role);
        await hold.ReleaseAsync().Done();
    }

    [TestMethod]
    public async Task HubKilled_EveryWaitAndEveryHoldEnds()
    {
        using var directory = new TempDirectory();
        ChannelAddress address = ChannelAddress.Unix(directory["x.sock"]);
        await using ChildProcess hub = ChildProcess.Start("own-lock", address.ToString());
        Assert.AreEqual("ready", await hub.ReadLineAsync());
        await using CrossLock first = await CrossChannel.OpenLockAsync(address).Done();
        await using CrossLock second = await CrossChannel.OpenLockAsync(address).Done();
        LockHold hold = await first.AcquireAsync().Done();
        Task<LockHold>[] waits = [.. Enumerable.Range(0, 6).Select(i => (i % 2 == 0 ? first : second).AcquireAsync().AsTask())];
        LockStatus status = await CrossChannel.GetLockStatusAsync(address).Done();
        Assert.AreEqual(Environment.ProcessId, status.Holder!.ProcessId);
        await hub.KillAsync();
        foreach (Task<LockHold> wait in waits)
            await Assert.ThrowsExactlyAsync<ConnectionLostException>(() => wait.Done());
        await Wait.Until(() => hold.Lost.IsCancellationRequested);
        await Assert.ThrowsExactlyAsync<InvalidOperationException>(() => hold.ReleaseAsync().Done());
        await Assert.ThrowsExactlyAsync<ConnectionLostException>(() => second.AcquireAsync().Done());
        await hold.DisposeAsync().Done();
    }

    private static async Task<ChildProcess> StartAsync(ChannelAddress address)
    {
        ChildProcess child = ChildProcess.Start("use-lock", address.ToString());
        Assert.AreEqual("ready", await child.ReadLineAsync());
        return child;
    }
}
