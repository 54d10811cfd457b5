using CrossChannels.Threading;

namespace CrossChannels.Tests.Threading;

[TestClass]
public sealed class RankedLockTests
{
    [TestMethod]
    public void Enter_Nested_IsHeldUntilItsScopeEnds()
    {
        var outer = new RankedLock(LockRank.Outbox);
        var inner = new RankedLock(LockRank.Receiver);
        using (outer.Enter())
        {
            Assert.IsTrue(outer.IsHeld);
            using (inner.Enter())
                Assert.IsTrue(outer.IsHeld && inner.IsHeld);
            Assert.IsFalse(inner.IsHeld);
        }
        Assert.IsFalse(outer.IsHeld);
    }

    [TestMethod]
    public async Task Enter_WhileAnotherThreadHoldsIt_Waits()
    {
        var sync = new RankedLock(LockRank.Outbox);
        bool isLeft = false;
        Task other;
        using (sync.Enter())
        {
            using var started = new ManualResetEventSlim();
            other = Task.Run(() =>
            {
                started.Set();
                using (sync.Enter())
                    Assert.IsTrue(Volatile.Read(ref isLeft));
            });
            Assert.IsTrue(started.Wait(TimeSpan.FromSeconds(30)));
            Volatile.Write(ref isLeft, true);
        }
        await other.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.IsFalse(sync.IsHeld);
    }

    [TestMethod]
    public void Violation_InOrder_IsNone()
    {
        Assert.IsNull(HeldLocks.Violation(null, LockRank.Outbox, isReentrant: false));
        Assert.IsNull(HeldLocks.Violation(LockRank.Outbox, LockRank.Receiver, isReentrant: false));
        Assert.IsNull(HeldLocks.Violation(LockRank.HubChannel, LockRank.HubChannel, isReentrant: false), "a channel's lock, then that of its dead letters");
    }

    [TestMethod]
    [DataRow("Receiver", "Outbox")]
    [DataRow("HubChannel", "Outbox")]
    [DataRow("Outbox", "Outbox")]
    public void Violation_OutOfOrder_NamesBoth(string held, string next)
    {
        string? violation = HeldLocks.Violation(Enum.Parse<LockRank>(held), Enum.Parse<LockRank>(next), isReentrant: false);
        StringAssert.Contains(violation, held);
        StringAssert.Contains(violation, next);
    }

    [TestMethod]
    public void Violation_OfTheSameLock_SaysThatItIsHeld() =>
        StringAssert.Contains(HeldLocks.Violation(LockRank.HubChannel, LockRank.HubChannel, isReentrant: true), "re-entrant");

#if DEBUG
    [TestMethod]
    public void Count_FollowsTheScopes()
    {
        var outer = new RankedLock(LockRank.Outbox);
        var inner = new RankedLock(LockRank.Receiver);
        Assert.AreEqual(0, HeldLocks.Count);
        using (outer.Enter())
        using (inner.Enter())
            Assert.AreEqual(2, HeldLocks.Count);
        Assert.AreEqual(0, HeldLocks.Count);
    }
#endif
}
