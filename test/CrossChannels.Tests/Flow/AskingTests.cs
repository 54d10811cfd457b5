using CrossChannels.Flow;

namespace CrossChannels.Tests.Flow;

/// <summary>How ends of a shared channel ask.</summary>
[TestClass]
public sealed class AskingTests
{
    [TestMethod]
    public void Want_IsRepeated_UntilItMoved()
    {
        var want = new WriterWant();
        Assert.IsFalse(want.IsStanding);
        Assert.IsFalse(want.IsRepeated(0));
        Assert.IsFalse(want.IsRepeated(1));
        want.Ask(5);
        Assert.IsTrue(want.IsStanding);
        Assert.IsTrue(want.IsRepeated(5));
        Assert.IsFalse(want.IsRepeated(6));
        want.Withdraw();
        Assert.IsFalse(want.IsStanding);
        Assert.IsTrue(want.IsRepeated(5));
        want.Moved();
        Assert.IsFalse(want.IsRepeated(5));
        Assert.IsFalse(want.IsRepeated(1));
    }

    /// <summary>Doubled within 20 ms, halved from 80 ms on, and neither before what was asked for is taken.</summary>
    [TestMethod]
    public void ReadAhead_FollowsHowFastItemsAreTaken()
    {
        var ahead = new ReadAhead(mostItems: 5);
        long now = 0, taken = 0;
        ahead.Ask(taken, now);
        Assert.AreEqual(1, ahead.Items);
        ahead.Ask(taken, now += 10);
        Assert.AreEqual(1, ahead.Items);
        AskAfter(1, 10, 2);
        AskAfter(1, 1, 2);
        AskAfter(1, 19, 4);
        AskAfter(4, 21, 4);
        AskAfter(4, 79, 4);
        AskAfter(4, 20, 5);
        AskAfter(5, 80, 2);
        AskAfter(2, 500, 1);
        AskAfter(1, 500, 1);

        void AskAfter(int more, int milliseconds, long expected)
        {
            ahead.Ask(taken += more, now += milliseconds);
            Assert.AreEqual(expected, ahead.Items, $"{taken} taken, at {now} ms");
        }
    }
}
