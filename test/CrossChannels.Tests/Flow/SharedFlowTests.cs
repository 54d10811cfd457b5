using CrossChannels.Flow;
using FsCheck;
using FsCheck.Fluent;

namespace CrossChannels.Tests.Flow;

/// <summary>Flow control of channels that several share: credit that is taken back, a capacity that changes, and what a reader asks for.</summary>
[TestClass]
public sealed class SharedFlowTests
{
    [TestMethod]
    public void SharedCredit_NothingSent_GrantsItemsAllTheSame()
    {
        var credit = new SendCredit(isShared: true);
        credit.Open(0, 100);
        Assert.AreEqual(0, credit.Items);
        Assert.IsTrue(credit.TryGrant(5, 100));
        Assert.AreEqual(5, credit.Items);
        Assert.AreEqual(0, credit.CertainlyRead, "A grant says nothing of what was read.");
        Assert.IsFalse(credit.TryGrant(4, 100));
        Assert.IsFalse(credit.TryGrant(6, 101), "Bytes are tied to what was sent.");
    }

    [TestMethod]
    public void SharedCredit_Revoked_IsWhatWasAccepted()
    {
        var credit = new SendCredit(isShared: true);
        credit.Open(10, 100);
        credit.Accept(3);
        credit.Revoke();
        Assert.AreEqual(0, credit.Items);
        credit.Revoke();
        Assert.AreEqual(3, credit.AcceptedItems);
        Assert.IsFalse(credit.TryGrant(2, 100));
        Assert.IsTrue(credit.TryGrant(4, 100));
        Assert.AreEqual(1, credit.Items);
        Assert.IsTrue(credit.MaySend(100, 3), "What was accepted may leave.");
    }

    [TestMethod]
    public void SharedCredit_Unlimited_IsNotRevoked()
    {
        var credit = new SendCredit(isShared: true);
        credit.Open(long.MaxValue, 100);
        credit.Accept(3);
        credit.Revoke();
        Assert.IsTrue(credit.IsUnlimited);
    }

    [TestMethod]
    public void SharedCredit_AnyOrder_NeverMoreThanWasGranted() => ForAllSeeds(300, static random =>
    {
        var credit = new SendCredit(isShared: true);
        long granted = random.Next(4), accepted = 0;
        credit.Open(granted, 1000);
        for (int step = 0; step < 100; step++)
        {
            switch (random.Next(4))
            {
                case 0:
                    Assert.IsTrue(credit.TryGrant(granted += random.Next(5), 1000));
                    break;
                case 1:
                    credit.Revoke();
                    granted = accepted;
                    break;
                case 2 when granted > 0:
                    Assert.IsFalse(credit.TryGrant(granted - 1, 1000));
                    break;
                case 3 when credit.Items > 0:
                    int count = 1 + random.Next((int)credit.Items);
                    credit.Accept(count);
                    accepted += count;
                    break;
            }
            Assert.AreEqual(granted - accepted, credit.Items);
            Assert.AreEqual(accepted, credit.AcceptedItems);
        }
    });

    [TestMethod]
    public void Window_CapacityZero_GrantsNothingUntilItGrows()
    {
        var window = new ReceiveWindow(0, 100, 100);
        Assert.AreEqual((0L, 100L), window.Granted);
        Assert.IsFalse(window.HasGrant);
        Assert.IsFalse(window.TryReceive(1, 1));
        window.SetCapacity(3);
        Assert.IsTrue(window.IsGrantDue);
        Assert.AreEqual((3L, 100L), window.Grant());
        Assert.IsTrue(window.TryReceive(3, 10));
        window.SetCapacity(1);
        window.Consume(2, 6);
        Assert.AreEqual(3, window.Grant().Items, "Two are consumed, and one may be unread: what was granted covers it.");
        window.Consume(1, 4);
        Assert.AreEqual(4, window.Grant().Items);
    }

    [TestMethod]
    public void Window_CapacityChanges_CreditStaysAndNothingExceedsIt() => ForAllSeeds(300, static random =>
    {
        var window = new ReceiveWindow(0, 1 << 20, 100);
        long granted = 0, received = 0, consumed = 0, capacity = 0;
        for (int step = 0; step < 200; step++)
        {
            switch (random.Next(4))
            {
                case 0:
                    window.SetCapacity(capacity = random.Next(10));
                    break;
                case 1:
                    int count = 1 + random.Next(6);
                    Assert.AreEqual(count <= granted - received, window.TryReceive(count, count));
                    received += count <= granted - received ? count : 0;
                    break;
                case 2 when consumed < received:
                    window.Consume(1, 1);
                    consumed++;
                    break;
                default:
                    granted = Math.Max(granted, consumed + capacity);
                    Assert.AreEqual(granted, window.Grant().Items);
                    Assert.IsFalse(window.HasGrant);
                    Assert.IsFalse(window.IsGrantDue || window.IsGrantWise, "Nothing is left to return.");
                    break;
            }
            Assert.AreEqual(granted, window.Granted.Items);
            if (consumed + capacity > granted && granted == received)
                Assert.IsTrue(window.IsGrantDue && window.IsGrantWise, "The sender has no credit, and there is room.");
        }
    });

    [TestMethod]
    public void ReadAhead_GrowsWhileFastAndShrinksWhileSlow()
    {
        var ahead = new ReadAhead(8);
        Assert.AreEqual(0, ahead.Items, "Who has not read asks for nothing.");
        long consumed = 0, now = 1000;
        foreach (int expected in new[] { 1, 2, 4, 8, 8 })
        {
            ahead.Ask(consumed, now);
            Assert.AreEqual(expected, ahead.Items);
            consumed += ahead.Items;
            now += 20;
        }
        ahead.Ask(consumed - 1, now);
        Assert.AreEqual(8, ahead.Items, "Not all of it was needed yet.");
        ahead.Ask(consumed, now + 30);
        Assert.AreEqual(8, ahead.Items, "Neither fast nor slow.");
        now += 30;
        foreach (int expected in new[] { 4, 2, 1, 1 })
        {
            consumed += ahead.Items;
            ahead.Ask(consumed, now += 80);
            Assert.AreEqual(expected, ahead.Items);
        }
    }

    [TestMethod]
    public void ReadAhead_OthersNeedIt_KeepsAQuarterAndAtLeastOne()
    {
        var ahead = new ReadAhead(64);
        ahead.Shrink();
        Assert.AreEqual(0, ahead.Items);
        long consumed = 0;
        for (int i = 0; i < 6; i++)
        {
            ahead.Ask(consumed, 0);
            consumed += ahead.Items;
        }
        foreach (int expected in new[] { 8, 2, 1, 1 })
        {
            ahead.Shrink();
            Assert.AreEqual(expected, ahead.Items);
        }
    }

    [TestMethod]
    public void Slots_AnyOrder_AsASetOfThem() => ForAllSeeds(300, static random =>
    {
        int capacity = 1 + random.Next(12);
        var slots = new Slots(capacity);
        int free = capacity, promised = 0, occupied = 0;
        for (int step = 0; step < 200; step++)
        {
            int count = random.Next(4);
            switch (random.Next(5))
            {
                case 0 when count <= free:
                    slots.Promise(count);
                    (free, promised) = (free - count, promised + count);
                    break;
                case 1 when count <= promised:
                    slots.Unpromise(count);
                    (free, promised) = (free + count, promised - count);
                    break;
                case 2 when count <= promised:
                    slots.Use(count);
                    (promised, occupied) = (promised - count, occupied + count);
                    break;
                case 3 when count <= occupied:
                    slots.Release(count);
                    (free, occupied) = (free + count, occupied - count);
                    break;
                case 4:
                    // The only way to exceed the capacity.
                    slots.Occupy(count);
                    (free, occupied) = (free - count, occupied + count);
                    break;
            }
            Assert.AreEqual((free, promised, occupied), ((int)slots.Free, (int)slots.Promised, (int)slots.Occupied));
            Assert.AreEqual(capacity, slots.Free + slots.Promised + slots.Occupied);
        }
    });

    [TestMethod]
    public void Slots_Unlimited_AlwaysFree()
    {
        var slots = new Slots(long.MaxValue);
        slots.Use(5);
        slots.Occupy(2);
        Assert.IsTrue(slots.IsUnlimited);
        Assert.AreEqual((long.MaxValue, 0L, 7L), (slots.Free, slots.Promised, slots.Occupied));
        slots.Release(7);
        Assert.AreEqual(0, slots.Occupied);
    }

    private static void ForAllSeeds(int tests, Action<Random> run) =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed => run(new Random(seed))).Check(Config.QuickThrowOnFailure.WithMaxTest(tests));
}
