using CrossChannels.Flow;
using FsCheck;
using FsCheck.Fluent;

namespace CrossChannels.Tests.Flow;

/// <summary>Both sides of flow control, apart and together.</summary>
[TestClass]
public sealed class CreditTests
{
    [TestMethod]
    public void SendCredit_GoesBack_Refused()
    {
        var credit = default(SendCredit);
        credit.Open(10, 100);
        credit.Accept(5);
        credit.Sent(50, 5);
        Assert.IsTrue(credit.TryGrant(12, 120));
        Assert.IsFalse(credit.TryGrant(11, 130));
        Assert.IsFalse(credit.TryGrant(13, 119));
        Assert.IsTrue(credit.TryGrant(12, 120));
        Assert.AreEqual(7, credit.Items);
        Assert.AreEqual(2, credit.CertainlyRead);
    }

    [TestMethod]
    public void SendCredit_BeyondWhatWasSent_Refused()
    {
        var credit = default(SendCredit);
        credit.Open(10, 100);
        Assert.IsFalse(credit.TryGrant(11, 100));
        Assert.IsFalse(credit.TryGrant(10, 101));
        credit.Accept(5);
        Assert.IsFalse(credit.TryGrant(11, 100));
        credit.Sent(40, 2);
        Assert.IsFalse(credit.TryGrant(13, 100));
        Assert.IsFalse(credit.TryGrant(12, 141));
        Assert.IsFalse(credit.TryGrant(long.MaxValue, 100));
        Assert.IsTrue(credit.TryGrant(12, 140));
    }

    [TestMethod]
    public void SendCredit_Unlimited_CountsNothingAsRead()
    {
        var credit = default(SendCredit);
        credit.Open(long.MaxValue, 100);
        credit.Accept(5);
        credit.Sent(50, 5);
        Assert.IsTrue(credit.IsUnlimited);
        Assert.IsTrue(credit.TryGrant(long.MaxValue, 150));
        Assert.AreEqual(0, credit.CertainlyRead);
        Assert.IsGreaterThan(long.MaxValue / 2, credit.Items);
    }

    [TestMethod]
    [DataRow(0L)]
    [DataRow(1L)]
    [DataRow(100L)]
    public void LoneLargeItem_WindowIsUnused_PassesBothSides(long window)
    {
        var credit = default(SendCredit);
        var receiver = new ReceiveWindow(10, Math.Max(1, window), 1000);
        credit.Open(10, Math.Max(1, window));
        Assert.IsTrue(credit.MaySend(1000, 1));
        Assert.IsFalse(credit.MaySend(1000, 2));
        credit.Accept(1);
        credit.Sent(1000, 1);
        Assert.IsFalse(credit.MaySend(1, 1));
        Assert.IsTrue(receiver.TryReceive(1, 1000));
        Assert.IsFalse(receiver.TryReceive(1, 1));
        receiver.Consume(1, 1000);
        Assert.IsTrue(receiver.IsGrantDue);
        (long items, long bytes) = receiver.Grant();
        Assert.IsTrue(credit.TryGrant(items, bytes));
        Assert.IsTrue(credit.MaySend(1000, 1));
    }

    [TestMethod]
    public void Window_MoreThanGranted_Refused()
    {
        var window = new ReceiveWindow(3, 100, 100);
        Assert.IsFalse(window.TryReceive(4, 4));
        Assert.IsFalse(window.TryReceive(2, 101));
        Assert.IsTrue(window.TryReceive(3, 100));
        Assert.IsFalse(window.TryReceive(1, 0));
        window.Consume(1, 50);
        Assert.IsFalse(window.TryReceive(1, 1), "Consumed is not granted.");
        Assert.AreEqual((4L, 150L), window.Grant());
        Assert.IsTrue(window.TryReceive(1, 50));
        Assert.AreEqual(4, window.ReceivedItems);
    }

    [TestMethod]
    public void EmptyFrames_LimitASecond_Counted()
    {
        var limit = new EmptyFrameLimit(2);
        Assert.IsTrue(limit.TryCount(0));
        Assert.IsTrue(limit.TryCount(999));
        Assert.IsFalse(limit.TryCount(999));
        Assert.IsTrue(limit.TryCount(1000));
        Assert.IsTrue(limit.TryCount(1000));
        Assert.IsFalse(limit.TryCount(1999));
    }

    [TestMethod]
    public void Model_AnyInterleaving_ExactAndNeverStuck()
    {
        var cases =
            from capacity in Gen.Choose(1, 12)
            from isUnlimited in Gen.Frequency((4, Gen.Constant(false)), (1, Gen.Constant(true)))
            from window in Gen.Choose(1, 300)
            from maxItem in Gen.Choose(1, 200)
            from seed in Gen.Choose(0, int.MaxValue)
            select (Capacity: isUnlimited ? long.MaxValue : capacity, Window: (long)window, MaxItem: maxItem, Seed: seed);
        Prop.ForAll(cases.ToArbitrary(), test => new CreditModel(test.Capacity, test.Window, test.MaxItem, test.Seed).Run(200))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }
}
