using CrossChannels.Hub;

namespace CrossChannels.Tests.Hub;

[TestClass]
public sealed class RevokeBackoffTests
{
    [TestMethod]
    public void Credit_MayBeKeptLonger_EachTimeThatItCameTooLate()
    {
        var backoff = new RevokeBackoff();
        foreach (long length in (long[])[10, 20, 40, 80, 160, 320, 640, 1000, 1000])
        {
            AssertLength(ref backoff, length);
            backoff.Missed();
        }
        backoff.Used();
        AssertLength(ref backoff, 10);
    }

    [TestMethod]
    public void Credit_ThatNobodyWaitsForAnyMore_MayBeTakenBackAtOnce_AndWasNotLate()
    {
        var backoff = new RevokeBackoff();
        backoff.Begin(5000);
        backoff.Withdrawn();
        Assert.IsTrue(backoff.IsOver(0));
        backoff.Missed();
        AssertLength(ref backoff, 10);
    }

    private static void AssertLength(ref RevokeBackoff backoff, long milliseconds)
    {
        backoff.Begin(5000);
        Assert.IsFalse(backoff.IsOver(5000 + milliseconds - 1));
        Assert.IsTrue(backoff.IsOver(5000 + milliseconds));
    }
}
