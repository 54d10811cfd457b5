using System.Runtime.CompilerServices;

namespace CrossChannels.Tests.Hub;

/// <summary>What a lock is to those who use it, in the owner's process and elsewhere.</summary>
[TestClass]
public sealed class LockTests
{
    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task Acquire_Release_TokensGrowAndReleasingTwiceThrows(bool isOwner)
    {
        await using LockHub hub = await LockHub.StartAsync();
        CrossLock gate = isOwner ? hub.Gate : await hub.OpenAsync();
        LockHold first = await gate.AcquireAsync().Done();
        Assert.AreEqual(1, first.FencingToken);
        Assert.IsFalse(first.WasAbandoned);
        await first.ReleaseAsync().Done();
        await Assert.ThrowsExactlyAsync<InvalidOperationException>(() => first.ReleaseAsync().Done());
        await first.DisposeAsync().Done();
        first.Dispose();
        await using (LockHold second = await gate.AcquireAsync().Done())
            Assert.AreEqual(2, second.FencingToken);
        LockHold third = await gate.AcquireAsync().Done();
        third.Dispose();
        third.Dispose();
        LockHold fourth = await gate.AcquireAsync().Done();
        Assert.AreEqual(4, fourth.FencingToken);
        Assert.IsFalse(fourth.WasAbandoned);
        Assert.IsFalse(third.Lost.IsCancellationRequested, "A hold that was released is not lost.");
        await fourth.ReleaseAsync().Done();
        Assert.IsNull(hub.Status.Holder);
    }

    [TestMethod]
    public async Task Acquire_OwnerAndOthers_InTheOrderOfAsking()
    {
        await using LockHub hub = await LockHub.StartAsync();
        await using CrossLock left = await hub.OpenAsync();
        await using CrossLock right = await hub.OpenAsync();
        CrossLock[] locks = [left, hub.Gate, right, right, hub.Gate, left, left, right, hub.Gate];
        LockHold hold = await right.AcquireAsync().Done();
        List<Task<LockHold>> waiting = [];
        foreach (CrossLock gate in locks)
        {
            waiting.Add(gate.AcquireAsync().AsTask());
            await hub.Waiting(waiting.Count);
        }
        foreach (Task<LockHold> next in waiting)
        {
            Assert.IsFalse(next.IsCompleted);
            long token = hold.FencingToken;
            await hold.ReleaseAsync().Done();
            hold = await next.Done();
            Assert.AreEqual(token + 1, hold.FencingToken);
        }
        await hold.ReleaseAsync().Done();
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task Acquire_TimeoutZero_OnlyIfFreeNow(bool isOwner)
    {
        await using LockHub hub = await LockHub.StartAsync();
        CrossLock gate = isOwner ? hub.Gate : await hub.OpenAsync();
        LockHold hold = await gate.AcquireAsync(TimeSpan.Zero).Done();
        await Assert.ThrowsExactlyAsync<TimeoutException>(() => gate.AcquireAsync(TimeSpan.Zero).Done());
        Assert.IsEmpty(hub.Status.Waiters);
        await hold.ReleaseAsync().Done();
        await (await gate.AcquireAsync(TimeSpan.Zero).Done()).ReleaseAsync().Done();
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => { _ = gate.AcquireAsync(TimeSpan.FromSeconds(-2)); });
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task Acquire_TimePasses_TimesOutAndDoesNotWaitOn(bool isOwner)
    {
        var clock = new ManualTimeProvider();
        var link = new ConnectionOptions { TimeProvider = clock };
        await using LockHub hub = await LockHub.StartAsync(new HubOptions { Connection = isOwner ? link : new(), RevokeTimeout = Timeout.InfiniteTimeSpan });
        CrossLock gate = isOwner ? hub.Gate : await hub.OpenAsync(link);
        LockHold hold = await hub.Gate.AcquireAsync().Done();
        Task<LockHold> acquire = gate.AcquireAsync(TimeSpan.FromSeconds(3)).AsTask();
        await hub.Waiting(1);
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.IsFalse(acquire.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(1));
        var e = await Assert.ThrowsExactlyAsync<TimeoutException>(() => acquire.Done());
        StringAssert.Contains(e.Message, "3 s");
        await hub.Waiting(0);
        await hold.ReleaseAsync().Done();
        Assert.IsNull(hub.Status.Holder);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task Acquire_Canceled_TheNextGetsIt(bool isOwner)
    {
        await using LockHub hub = await LockHub.StartAsync();
        CrossLock gate = isOwner ? hub.Gate : await hub.OpenAsync();
        Assert.IsTrue(gate.AcquireAsync(new CancellationToken(true)).IsCanceled);
        LockHold hold = await gate.AcquireAsync().Done();
        using var canceling = new CancellationTokenSource();
        Task<LockHold> canceled = gate.AcquireAsync(canceling.Token).AsTask();
        Task<LockHold> next = gate.AcquireAsync().AsTask();
        await hub.Waiting(2);
        await canceling.CancelAsync();
        var e = await Assert.ThrowsAsync<OperationCanceledException>(() => canceled.Done());
        Assert.AreEqual(canceling.Token, e.CancellationToken);
        await hub.Waiting(1);
        await hold.ReleaseAsync().Done();
        Assert.AreEqual(2, (await next.Done()).FencingToken);
    }

    [TestMethod]
    public async Task Dispose_OfARemoteLock_ReleasesWhatItHoldsAndWithdrawsItsRequests()
    {
        await using LockHub hub = await LockHub.StartAsync();
        CrossLock gate = await hub.OpenAsync();
        LockHold hold = await gate.AcquireAsync().Done();
        Task<LockHold> waiting = gate.AcquireAsync().AsTask();
        await hub.Waiting(1);
        Task<LockHold> next = hub.Gate.AcquireAsync().AsTask();
        await gate.DisposeAsync().Done();
        await Assert.ThrowsExactlyAsync<ObjectDisposedException>(() => waiting.Done());
        await Assert.ThrowsExactlyAsync<ObjectDisposedException>(() => gate.AcquireAsync().Done());
        Assert.IsTrue(hold.Lost.IsCancellationRequested);
        await Assert.ThrowsExactlyAsync<InvalidOperationException>(() => hold.ReleaseAsync().Done());
        hold.Dispose();
        LockHold got = await next.Done();
        Assert.IsFalse(got.WasAbandoned);
        Assert.IsEmpty(hub.Status.Waiters);
        await gate.DisposeAsync().Done();
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task Dispose_OfTheOwnersLock_EndsEveryHoldAndEveryWait(bool isRemoteHolder)
    {
        await using LockHub hub = await LockHub.StartAsync();
        await using CrossLock remote = await hub.OpenAsync();
        LockHold hold = await (isRemoteHolder ? remote : hub.Gate).AcquireAsync().Done();
        Task<LockHold> ownersWait = hub.Gate.AcquireAsync().AsTask();
        Task<LockHold> remoteWait = remote.AcquireAsync().AsTask();
        await hub.Waiting(2);
        await hub.Gate.DisposeAsync().Done();
        await Assert.ThrowsExactlyAsync<ObjectDisposedException>(() => ownersWait.Done());
        StringAssert.Contains((await Assert.ThrowsExactlyAsync<LinkAbortedException>(() => remoteWait.Done())).Message, "'gate'");
        await Wait.Until(() => hold.Lost.IsCancellationRequested);
        await Assert.ThrowsExactlyAsync<InvalidOperationException>(() => hold.ReleaseAsync().Done());
        await Assert.ThrowsExactlyAsync<ObjectDisposedException>(() => hub.Gate.AcquireAsync().Done());
        await Assert.ThrowsExactlyAsync<LinkAbortedException>(() => remote.AcquireAsync().Done());
        await Assert.ThrowsExactlyAsync<LinkRefusedException>(() => hub.OpenAsync());
        await using CrossLock again = hub.Hub.CreateLock("gate");
        await (await again.AcquireAsync().Done()).ReleaseAsync().Done();
    }

    [TestMethod]
    public async Task Open_OfWhatIsNoLock_IsRefusedByName()
    {
        await using LockHub hub = await LockHub.StartAsync();
        await using SharedChannel<int> numbers = hub.Hub.CreateBounded<int>("numbers", 1);
        StringAssert.Contains((await Assert.ThrowsExactlyAsync<LinkRefusedException>(() => CrossChannel.OpenLockAsync(numbers.Address).Done())).Message, "'numbers' is a channel");
        StringAssert.Contains((await Assert.ThrowsExactlyAsync<LinkRefusedException>(() => CrossChannel.OpenReaderAsync<int>(hub.Gate.Address).Done())).Message, "'gate' is a lock");
        StringAssert.Contains((await Assert.ThrowsExactlyAsync<LinkRefusedException>(() => CrossChannel.OpenLockAsync(hub.Hub.Address.WithChannel("door")).Done())).Message, "'gate', 'numbers'");
        Assert.ThrowsExactly<ArgumentException>(() => hub.Hub.CreateLock("numbers"));
    }

    [TestMethod]
    public async Task Create_Alone_HasAnAddressOfItsOwn()
    {
        ChannelAddress address = ChannelAddress.Memory($"lock-{Guid.NewGuid():N}");
        CrossLock owner = await CrossChannel.CreateLockAsync(address).Done();
        await using CrossLock remote = await CrossChannel.OpenLockAsync(address).Done();
        LockHold hold = await remote.AcquireAsync().Done();
        await Assert.ThrowsExactlyAsync<TimeoutException>(() => owner.AcquireAsync(TimeSpan.Zero).Done());
        await owner.DisposeAsync().Done();
        await Wait.Until(() => hold.Lost.IsCancellationRequested);
        // The address is free again.
        await using CrossLock next = await CrossChannel.CreateLockAsync(address).Done();
    }

    [TestMethod]
    public async Task Open_WithoutTheKeys_IsRefused()
    {
        byte[] key = [1, 2, 3];
        await using LockHub hub = await LockHub.StartAsync(new HubOptions { Connection = new ConnectionOptions { RequiredKeyToWrite = key } });
        StringAssert.Contains((await Assert.ThrowsExactlyAsync<LinkRefusedException>(() => hub.OpenAsync())).Message, "key to write");
        await using CrossLock gate = await hub.OpenAsync(new ConnectionOptions { Key = key });
        await (await gate.AcquireAsync().Done()).ReleaseAsync().Done();
    }

    [TestMethod]
    public async Task LostLock_IsCollected_WhatItHeldPassesOn()
    {
        await using LockHub hub = await LockHub.StartAsync();
        await LoseAsync(hub);
        Task<LockHold> next = hub.Gate.AcquireAsync().AsTask();
        await Wait.Until(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return next.IsCompleted;
        });
        // The finalizer closes it in good order, as disposal would.
        Assert.AreEqual(2, (await next.Done()).FencingToken);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task LoseAsync(LockHub hub)
    {
        CrossLock gate = await hub.OpenAsync();
        await gate.AcquireAsync().Done();
    }
}
