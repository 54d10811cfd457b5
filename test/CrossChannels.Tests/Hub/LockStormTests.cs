namespace CrossChannels.Tests.Hub;

/// <summary>Locks that are asked for, canceled, released and disposed at every moment.</summary>
[TestClass]
public sealed class LockStormTests
{
    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    public async Task Acquire_CanceledAtEveryMoment_OneHolderAtATimeAndNobodyLeft(int seed)
    {
        const int Callers = 12, Turns = 60;
        await using LockHub hub = await LockHub.StartAsync();
        CrossLock[] locks = [hub.Gate, await hub.OpenAsync(), await hub.OpenAsync()];
        int inside = 0;
        long lastToken = 0;
        int held = 0;

        async Task CallAsync(int caller)
        {
            var random = new Random(seed * 1000 + caller);
            CrossLock gate = locks[caller % locks.Length];
            for (int turn = 0; turn < Turns; turn++)
            {
                using var canceling = new CancellationTokenSource();
                Task<LockHold> acquire = (random.Next(4) == 0 ? gate.AcquireAsync(TimeSpan.Zero, canceling.Token) : gate.AcquireAsync(canceling.Token)).AsTask();
                if (random.Next(2) == 0)
                {
                    for (int wait = random.Next(30); wait > 0; wait--)
                        await Task.Yield();
                    canceling.Cancel();
                }
                LockHold hold;
                try
                {
                    hold = await acquire;
                }
                catch (Exception e) when (e is OperationCanceledException or TimeoutException)
                {
                    continue;
                }
                Assert.AreEqual(1, Interlocked.Increment(ref inside), "Two hold the lock.");
                Assert.IsGreaterThan(lastToken, hold.FencingToken);
                Assert.IsFalse(hold.WasAbandoned);
                lastToken = hold.FencingToken;
                held++;
                if (random.Next(3) == 0)
                    await Task.Yield();
                Interlocked.Decrement(ref inside);
                switch (random.Next(3))
                {
                    case 0: await hold.ReleaseAsync(); break;
                    case 1: await hold.DisposeAsync(); break;
                    default: hold.Dispose(); break;
                }
            }
        }

        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(() => CallAsync(caller)))).Done();
        Assert.IsGreaterThan(0, held);
        // What was canceled last may be granted and withdrawn still.
        LockHold last = await locks[1].AcquireAsync().Done();
        Assert.IsGreaterThan(lastToken, last.FencingToken);
        await last.ReleaseAsync().Done();
        await hub.Free();
        foreach (CrossLock gate in locks)
            await gate.DisposeAsync().Done();
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    public async Task Dispose_AtEveryMoment_OthersGoOn(int seed)
    {
        const int Rounds = 15;
        await using LockHub hub = await LockHub.StartAsync();
        var random = new Random(seed);
        for (int round = 0; round < Rounds; round++)
        {
            CrossLock gate = await hub.OpenAsync();
            Task[] callers = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(() => UseUntilDisposedAsync(gate)))];
            for (int wait = random.Next(300); wait > 0; wait--)
                await Task.Yield();
            // Several at once, and once more after it.
            await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => gate.DisposeAsync().AsTask()))).Done();
            gate.Dispose();
            await Task.WhenAll(callers).Done();
            LockHold hold = await hub.Gate.AcquireAsync().Done();
            Assert.IsFalse(hold.WasAbandoned, "One that is disposed in good order has abandoned nothing.");
            await hold.ReleaseAsync().Done();
        }
        await hub.Free();
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    public async Task DisposeOfTheHub_AtEveryMoment_EveryCallerEnds(int seed)
    {
        const int Rounds = 6;
        var random = new Random(seed);
        for (int round = 0; round < Rounds; round++)
        {
            await using LockHub hub = await LockHub.StartAsync();
            CrossLock[] locks = [hub.Gate, await hub.OpenAsync(), await hub.OpenAsync()];
            Task[] callers = [.. Enumerable.Range(0, 6).Select(caller => Task.Run(() => UseUntilDisposedAsync(locks[caller % 3])))];
            for (int wait = random.Next(300); wait > 0; wait--)
                await Task.Yield();
            await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => hub.Hub.DisposeAsync().AsTask()))).Done();
            await Task.WhenAll(callers).Done();
            foreach (CrossLock gate in locks)
                await gate.DisposeAsync().Done();
        }
    }

    private static async Task UseUntilDisposedAsync(CrossLock gate)
    {
        try
        {
            while (true)
            {
                LockHold hold = await gate.AcquireAsync();
                await Task.Yield();
                await hold.ReleaseAsync();
            }
        }
        catch (Exception e) when (e is ObjectDisposedException or CrossChannelException || (e is InvalidOperationException && e.Message.Contains("lost", StringComparison.Ordinal)))
        {
            // Disposed, the hub closed the link, or the hold was lost between the two calls.
        }
    }
}
