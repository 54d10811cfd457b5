using CrossChannels.Flow;

namespace CrossChannels.Tests.Flow;

/// <summary>The rules of credit at their edges.</summary>
[TestClass]
public sealed class ReceiveWindowTests
{
    [TestMethod]
    public void GrantIsDue_OnceAnEighthOfTheBytesIsFree()
    {
        var window = new ReceiveWindow(capacity: 1000, windowBytes: 800, maxPayloadBytes: 100);
        Assert.IsTrue(window.TryReceive(2, 100));
        Assert.IsFalse(window.IsGrantDue);
        window.Consume(1, 99);
        Assert.IsFalse(window.IsGrantDue);
        window.Consume(1, 1);
        Assert.IsTrue(window.IsGrantDue);
        Assert.AreEqual((1002, 900), window.Grant());
        Assert.IsFalse(window.IsGrantDue);
    }

    /// <summary>Then something is returned, however little is free.</summary>
    [TestMethod]
    [DataRow(500, 51, false)]
    [DataRow(501, 51, true)]
    [DataRow(501, 0, false)]
    [DataRow(510, 1, true)]
    public void GrantIsDue_WhereTheLargestBatchDoesNotFit(int received, int consumed, bool isDue)
    {
        var window = new ReceiveWindow(capacity: 1000, windowBytes: 800, maxPayloadBytes: 300);
        Assert.IsTrue(window.TryReceive(10, received));
        window.Consume(consumed > 0 ? 1 : 0, consumed);
        Assert.AreEqual(isDue, window.IsGrantDue);
    }

    /// <summary>Its sender uses up the bytes that it has.</summary>
    [TestMethod]
    [DataRow(50, 50, true)]
    [DataRow(60, 50, false)]
    public void GrantIsDue_WithoutALimitOfItems_OnlyWhenAllIsRead(int received, int consumed, bool isDue)
    {
        var window = new ReceiveWindow(long.MaxValue, windowBytes: 800, maxPayloadBytes: 1000);
        Assert.IsTrue(window.TryReceive(2, received));
        window.Consume(1, consumed);
        Assert.AreEqual(isDue, window.IsGrantDue);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void GrantIsDue_OnceAnEighthOfTheItemsIsFree(bool isSetLater)
    {
        var window = new ReceiveWindow(isSetLater ? 0 : 16, windowBytes: 1 << 20, maxPayloadBytes: 100);
        if (isSetLater)
        {
            window.SetCapacity(16);
            Assert.IsTrue(window.IsGrantDue);
            Assert.AreEqual(16, window.Grant().Items);
        }
        Assert.IsTrue(window.TryReceive(4, 4));
        Assert.AreEqual(12, window.UnusedItems);
        window.Consume(1, 1);
        Assert.IsFalse(window.IsGrantDue);
        window.Consume(1, 1);
        Assert.IsTrue(window.IsGrantDue);
    }

    [TestMethod]
    public void GrantIsDue_OnceTheSenderHasNoneLeftAndOneIsFree()
    {
        var window = new ReceiveWindow(16, windowBytes: 1 << 20, maxPayloadBytes: 100);
        Assert.IsTrue(window.TryReceive(16, 16));
        Assert.IsFalse(window.IsGrantDue);
        window.Consume(1, 1);
        Assert.IsTrue(window.IsGrantDue);
    }

    [TestMethod]
    [DataRow(1, 399, false)]
    [DataRow(1, 400, true)]
    [DataRow(499, 5, false)]
    [DataRow(500, 5, true)]
    public void GrantIsWise_OnceHalfIsUsed(int items, int bytes, bool isWise)
    {
        var window = new ReceiveWindow(1000, windowBytes: 800, maxPayloadBytes: 100);
        Assert.IsTrue(window.TryReceive(items, bytes));
        Assert.IsFalse(window.IsGrantWise);
        window.Consume(1, 1);
        Assert.AreEqual(isWise, window.IsGrantWise);
    }

    [TestMethod]
    public void HasGrant_WithoutALimitOfItems_OnceBytesAreFree()
    {
        var window = new ReceiveWindow(long.MaxValue, windowBytes: 800, maxPayloadBytes: 100);
        Assert.IsTrue(window.TryReceive(2, 50));
        Assert.IsFalse(window.HasGrant);
        window.Consume(1, 50);
        Assert.IsTrue(window.HasGrant);
        Assert.AreEqual((long.MaxValue, 850), window.Grant());
        Assert.IsFalse(window.HasGrant);
    }
}
