using System.Runtime.CompilerServices;
using CrossChannels.Hub;

namespace CrossChannels.Tests.Hub;

/// <summary>Holds that a program loses sight of, or loses without knowing.</summary>
[TestClass]
public sealed class LockLossTests
{
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task Hold_IsCollected_IsGivenBackAsAbandonedWithAWarning(bool isOwners)
    {
        var log = new LogList();
        await using LockHub hub = await LockHub.StartAsync(new HubOptions { Connection = new() { Logger = log } });
        await using CrossLock remote = await hub.OpenAsync(new ConnectionOptions { Logger = log });
        await using CrossLock other = await hub.OpenAsync();
        await AcquireAndForgetAsync(isOwners ? hub.Gate : remote);
        Task<LockHold> next = other.AcquireAsync().AsTask();
        await CollectUntilAsync(() => next.IsCompleted);
        await using LockHold hold = await next.Done();
        Assert.IsTrue(hold.WasAbandoned);
        // It is logged after the lock has been passed on.
        await Wait.Until(() => log.Count("HoldLost") > 0);
        Assert.AreEqual(1, log.Count("HoldLost"));
    }

    /// <summary>Its link is aborted after the lock is closed, and until then brings what the peer had sent.</summary>
    [TestMethod]
    public async Task Acquire_ComesWhileTheOwnerDisposesTheLock_IsNotGranted()
    {
        var closed = new HubLock("gate", HubOptions.Default);
        await closed.CloseAsync(TimeSpan.Zero).Done();
        // Without a link, on which nothing may go any more.
        var port = new LockPort(closed, null!, default);
        Assert.IsNull(closed.Handle(port, new LockRequest(1, LockRequestKind.Acquire)));
        Assert.IsNull(closed.GetStatus().Holder);
    }

    /// <summary>The task of a wait is lost before the lock is granted.</summary>
    [TestMethod]
    public async Task Acquire_IsAwaitedByNobody_KeepsNobodyOut()
    {
        await using LockHub hub = await LockHub.StartAsync();
        await using CrossLock remote = await hub.OpenAsync();
        LockHold first = await hub.Gate.AcquireAsync().Done();
        AskAndForget(remote);
        await hub.Waiting(1);
        Task<LockHold> next = hub.Gate.AcquireAsync().AsTask();
        await hub.Waiting(2);
        await first.ReleaseAsync().Done();
        await CollectUntilAsync(() => next.IsCompleted);
        await using LockHold hold = await next.Done();
    }

    [TestMethod]
    public async Task Hold_IsReleased_IsNotGivenBackAgainWhenItIsCollected()
    {
        var log = new LogList();
        await using LockHub hub = await LockHub.StartAsync(new HubOptions { Connection = new() { Logger = log } });
        for (int i = 0; i < 3; i++)
            await AcquireAndReleaseAsync(hub.Gate, i);
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        await using LockHold hold = await hub.Gate.AcquireAsync().Done();
        Assert.IsFalse(hold.WasAbandoned);
        Assert.AreEqual(0, log.Count("HoldLost"));
    }

    [TestMethod]
    public async Task Lost_RunsItsCallbacksOnAThreadThatThePoolDoesNotOwn()
    {
        await using LockHub hub = await LockHub.StartAsync();
        LockHold hold = await hub.Gate.AcquireAsync().Done();
        var isOfThePool = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenRegistration registration = hold.Lost.Register(() => isOfThePool.TrySetResult(Thread.CurrentThread.IsThreadPoolThread));
        using CancellationTokenRegistration failing = hold.Lost.Register(static () => throw new InvalidOperationException("A callback of the program's."));
        await hub.Gate.DisposeAsync().Done();
        Assert.IsFalse(await isOfThePool.Task.Done());
        hold.Dispose();
    }

    [TestMethod]
    public void Output_ManyThreadsSend_EachNoteOnceAndInOrder()
    {
        const int Notes = 2000;
        var sent = new List<int>();
        var output = new LockOutgoing<int>(sent.Add);
        var noting = new Lock();
        int next = 0;
        Parallel.For(0, Notes, _ =>
        {
            lock (noting)
                output.Add(next++);
            output.Flush();
        });
        output.Flush();
        CollectionAssert.AreEqual(Enumerable.Range(0, Notes).ToArray(), sent);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task AcquireAndForgetAsync(CrossLock gate) => await gate.AcquireAsync().Done();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AskAndForget(CrossLock gate) => _ = gate.AcquireAsync().AsTask();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task AcquireAndReleaseAsync(CrossLock gate, int how)
    {
        LockHold hold = await gate.AcquireAsync().Done();
        if (how == 0)
            hold.Dispose();
        else if (how == 1)
            await hold.DisposeAsync().Done();
        else
            await hold.ReleaseAsync().Done();
    }

    private static Task CollectUntilAsync(Func<bool> condition) => Wait.Until(() =>
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return condition();
    });
}
