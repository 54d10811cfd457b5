namespace CrossChannels.Nats.Tests;

/// <summary>Locks on a server: in order, with tokens that rise, passed on when their holder is gone.</summary>
[TestClass]
public sealed class LockTests
{
    private static NatsOptions Quick => new() { PresenceTimeout = TimeSpan.FromSeconds(1) };

    [TestMethod]
    public async Task Acquire_InOrder_TokensRise()
    {
        await using NatsChannels nats = await SharedServer.ConnectAsync();
        await using CrossLock gate = await nats.OpenLockAsync("gate").Done();
        LockHold first = await gate.AcquireAsync().Done();
        Assert.IsFalse(first.WasAbandoned);
        Task<LockHold>[] waiting = [.. Enumerable.Range(0, 4).Select(_ => gate.AcquireAsync().AsTask())];
        await Assert.ThrowsExactlyAsync<TimeoutException>(() => gate.AcquireAsync(TimeSpan.Zero).AsTask());
        Assert.IsTrue(waiting.All(static wait => !wait.IsCompleted));
        long last = first.FencingToken;
        await first.ReleaseAsync().Done();
        foreach (Task<LockHold> next in waiting)
        {
            LockHold hold = await next.Done();
            Assert.IsGreaterThan(last, hold.FencingToken);
            Assert.IsFalse(hold.Lost.IsCancellationRequested);
            last = hold.FencingToken;
            await hold.ReleaseAsync().Done();
        }
        await first.ReleaseAsync().Fails<InvalidOperationException>();
    }

    [TestMethod]
    public async Task TwoProcesses_NeverBothHold()
    {
        NatsOptions options = new() { Space = SharedServer.NewSpace() };
        await using NatsChannels one = await SharedServer.ConnectAsync(options);
        await using NatsChannels two = await SharedServer.ConnectAsync(options);
        int inside = 0, entries = 0;
        await Task.WhenAll(new[] { one, two, one, two }.Select(async nats =>
        {
            await using CrossLock gate = await nats.OpenLockAsync("shared");
            for (int i = 0; i < 10; i++)
            {
                await using LockHold hold = await gate.AcquireAsync();
                Assert.AreEqual(1, Interlocked.Increment(ref inside));
                await Task.Yield();
                entries++;
                Interlocked.Decrement(ref inside);
            }
        })).Done();
        Assert.AreEqual(40, entries);
    }

    [TestMethod]
    public async Task CanceledWait_LeavesTheLine()
    {
        await using NatsChannels nats = await SharedServer.ConnectAsync();
        await using CrossLock gate = await nats.OpenLockAsync("canceled").Done();
        LockHold hold = await gate.AcquireAsync().Done();
        using var cancel = new CancellationTokenSource();
        Task<LockHold> wait = gate.AcquireAsync(cancel.Token).AsTask();
        Task<LockHold> next = gate.AcquireAsync().AsTask();
        await cancel.CancelAsync();
        await wait.Fails<OperationCanceledException>();
        await hold.ReleaseAsync().Done();
        await (await next.Done()).ReleaseAsync().Done();
    }

    [TestMethod]
    public async Task HolderGone_PassesOnAsAbandoned()
    {
        NatsOptions options = Quick with { Space = SharedServer.NewSpace() };
        await using NatsChannels nats = await SharedServer.ConnectAsync(options);
        await using CrossLock gate = await nats.OpenLockAsync("left").Done();
        NatsChannels dying = await SharedServer.ConnectAsync(options);
        CrossLock theirs = await dying.OpenLockAsync("left").Done();
        LockHold held = await theirs.AcquireAsync().Done();
        Task<LockHold> waiting = gate.AcquireAsync().AsTask();
        await dying.DisposeAsync().Done();
        LockHold hold = await waiting.Done();
        Assert.IsTrue(hold.WasAbandoned);
        Assert.IsGreaterThan(held.FencingToken, hold.FencingToken);
        await hold.ReleaseAsync().Done();
        await using LockHold after = await gate.AcquireAsync().Done();
        Assert.IsFalse(after.WasAbandoned);
    }

    /// <summary>Nobody waits when the holder goes, so that what it leaves is all that the next one can learn from.</summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task HolderGoneWhileNobodyWaits_TheNextHearsOfIt_AndNoOther(bool isTry)
    {
        NatsOptions options = Quick with { Space = SharedServer.NewSpace() };
        await using var proxy = new ServerProxy(await SharedServer.GetAsync().Done());
        await using NatsChannels near = await SharedServer.ConnectAsync(options);
        await using NatsChannels far = await NatsChannels.ConnectAsync(proxy.Url, options).Done();
        await using CrossLock gate = await near.OpenLockAsync("left alone").Done();
        await using CrossLock theirs = await far.OpenLockAsync("left alone").Done();
        LockHold held = await theirs.AcquireAsync().Done();
        proxy.Control.FromServer.Hold();
        await Wait.Until(() => held.Lost.IsCancellationRequested, "the holder to lose what it cannot confirm");
        proxy.Control.FromServer.Release();
        await Wait.Until(async () => (await near.GetLockStatusAsync("left alone")) is { Holder: null, IsAbandoned: true }, "the ticket to be given back");
        LockHold next = await (isTry ? gate.AcquireAsync(TimeSpan.Zero) : gate.AcquireAsync()).Done();
        Assert.IsTrue(next.WasAbandoned);
        Assert.IsGreaterThan(held.FencingToken, next.FencingToken);
        Assert.IsFalse((await near.GetLockStatusAsync("left alone").Done()).IsAbandoned);
        await next.ReleaseAsync().Done();
        await using LockHold after = await gate.AcquireAsync(TimeSpan.Zero).Done();
        Assert.IsFalse(after.WasAbandoned);
    }

    /// <summary>Those that only try do not wait, and find out all the same that the holder is gone.</summary>
    [TestMethod]
    public async Task HolderGone_WhoOnlyTriesGetsItInTheEnd()
    {
        NatsOptions options = Quick with { Space = SharedServer.NewSpace() };
        await using NatsChannels nats = await SharedServer.ConnectAsync(options);
        await using CrossLock gate = await nats.OpenLockAsync("tried").Done();
        NatsChannels dying = await SharedServer.ConnectAsync(options);
        CrossLock theirs = await dying.OpenLockAsync("tried").Done();
        await theirs.AcquireAsync().Done();
        await dying.DisposeAsync().Done();
        LockHold? hold = null;
        await Wait.Until(
            async () =>
            {
                try
                {
                    hold = await gate.AcquireAsync(TimeSpan.Zero);
                    return true;
                }
                catch (TimeoutException)
                {
                    return false;
                }
            },
            "one that tries again and again to get the lock");
        Assert.IsTrue(hold!.WasAbandoned);
    }

    /// <summary>Its turn came while nothing arrived here, and when that arrives it is another's.</summary>
    [TestMethod]
    public async Task TurnComesWhileTheAnswerIsHeldUp_TheLockIsTheNextOnes()
    {
        NatsOptions options = Quick with { Space = SharedServer.NewSpace(), Storage = NatsStorage.Memory };
        await using var proxy = new ServerProxy(await SharedServer.GetAsync().Done());
        await using NatsChannels near = await SharedServer.ConnectAsync(options);
        await using NatsChannels far = await NatsChannels.ConnectAsync(proxy.Url, options).Done();
        await using CrossLock gate = await near.OpenLockAsync("late").Done();
        await using CrossLock theirs = await far.OpenLockAsync("late").Done();
        LockHold first = await gate.AcquireAsync().Done();
        Task<LockHold> late = theirs.AcquireAsync().AsTask();
        await Wait.Until(async () => (await near.GetLockStatusAsync("late")).Waiters.Count == 1, "the other to wait");
        Task<LockHold> next = gate.AcquireAsync().AsTask();
        await Wait.Until(async () => (await near.GetLockStatusAsync("late")).Waiters.Count == 2, "the next to wait");
        proxy.Control.FromServer.Hold();
        await first.ReleaseAsync().Done();
        await using LockHold hold = await next.Done();
        proxy.Control.FromServer.Release();
        await late.Fails<LinkTimeoutException>();
        Assert.IsFalse(hold.Lost.IsCancellationRequested);
    }

    /// <summary>The server has its ticket, and the word of that is lost: asked again, it says that there is one before.</summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task AnswerIsLost_TheLockIsHeld(bool isTry)
    {
        NatsOptions options = new() { Space = SharedServer.NewSpace(), Storage = NatsStorage.Memory };
        await using var proxy = new ServerProxy(await SharedServer.GetAsync().Done());
        await using NatsChannels near = await SharedServer.ConnectAsync(options);
        await using NatsChannels far = await NatsChannels.ConnectAsync(proxy.Url, options).Done();
        await using CrossLock gate = await near.OpenLockAsync("unheard").Done();
        await using CrossLock theirs = await far.OpenLockAsync("unheard").Done();
        ProxiedConnection control = proxy.Control;
        control.FromServer.Hold();
        Task<LockHold> acquiring = (isTry ? theirs.AcquireAsync(TimeSpan.Zero) : theirs.AcquireAsync()).AsTask();
        await Wait.Until(async () => (await near.GetLockStatusAsync("unheard")).Holder is not null, "the ticket");
        control.Cut();
        LockHold hold = await acquiring.Done();
        Assert.AreEqual((await near.GetLockStatusAsync("unheard").Done()).FencingToken, hold.FencingToken);
        await hold.ReleaseAsync().Done();
        await using LockHold next = await gate.AcquireAsync().Done();
        Assert.IsGreaterThan(hold.FencingToken, next.FencingToken);
    }

    [TestMethod]
    public async Task Disposed_HoldIsLostAndPassesOn()
    {
        NatsOptions options = new() { Space = SharedServer.NewSpace() };
        await using NatsChannels nats = await SharedServer.ConnectAsync(options);
        CrossLock gate = await nats.OpenLockAsync("disposed").Done();
        await using CrossLock other = await nats.OpenLockAsync("disposed").Done();
        LockHold hold = await gate.AcquireAsync().Done();
        Task<LockHold> waiting = other.AcquireAsync().AsTask();
        await gate.DisposeAsync().Done();
        await Wait.Until(() => hold.Lost.IsCancellationRequested);
        await using LockHold next = await waiting.Done();
        Assert.IsFalse(next.WasAbandoned);
    }

    [TestMethod]
    public async Task Status_NamesTheHolderAndWhoWaits()
    {
        NatsOptions options = new() { Space = SharedServer.NewSpace() };
        await using NatsChannels nats = await SharedServer.ConnectAsync(options);
        await using CrossLock gate = await nats.OpenLockAsync("named").Done();
        LockStatus free = await nats.GetLockStatusAsync("named").Done();
        Assert.IsNull(free.Holder);
        Assert.AreEqual(0, free.FencingToken);
        LockHold hold = await gate.AcquireAsync().Done();
        Task<LockHold> next = gate.AcquireAsync().AsTask();
        LockStatus status = free;
        await Wait.Until(async () => (status = await nats.GetLockStatusAsync("named")).Waiters.Count > 0, "the other to wait");
        Assert.AreEqual(hold.FencingToken, status.FencingToken);
        Assert.AreEqual(Environment.ProcessId, status.Holder?.ProcessId);
        Assert.AreEqual(PeerWait.Lock, Assert.ContainsSingle(status.Waiters).WaitsFor);
        Assert.IsFalse(status.IsAbandoned);
        await hold.ReleaseAsync().Done();
        await using LockHold second = await next.Done();
        Assert.AreEqual(second.FencingToken, (await nats.GetLockStatusAsync("named").Done()).FencingToken);
    }
}
