using CrossChannels.Hub;

namespace CrossChannels.Tests.Hub;

[TestClass]
public sealed class JoinCounterTests
{
    [TestMethod]
    public void WhenDone_NothingIsHere_IsDone() => Assert.IsTrue(new JoinCounter().WhenDoneAsync().IsCompletedSuccessfully);

    [TestMethod]
    public void WhenDone_ItemsThatComeLater_AreNotWaitedFor()
    {
        var joins = new JoinCounter();
        JoinCounter.Epoch first = joins.Enter();
        Task done = joins.WhenDoneAsync();
        JoinCounter.Epoch later = joins.Enter();
        Assert.IsFalse(done.IsCompleted);
        joins.Leave(first);
        Assert.IsTrue(done.IsCompletedSuccessfully);
        Task all = joins.WhenDoneAsync();
        Assert.IsFalse(all.IsCompleted);
        joins.Leave(later);
        Assert.IsTrue(all.IsCompletedSuccessfully);
    }

    [TestMethod]
    public void WhenDone_LaterItemsGoFirst_WaitsForTheEarlier()
    {
        var joins = new JoinCounter();
        JoinCounter.Epoch first = joins.Enter();
        Task done = joins.WhenDoneAsync();
        JoinCounter.Epoch second = joins.Enter();
        Task both = joins.WhenDoneAsync();
        Task again = joins.WhenDoneAsync();
        joins.Leave(second);
        Assert.IsFalse(done.IsCompleted);
        Assert.IsFalse(both.IsCompleted);
        joins.Leave(first);
        Assert.IsTrue(done.IsCompletedSuccessfully);
        Assert.IsTrue(both.IsCompletedSuccessfully);
        Assert.IsTrue(again.IsCompletedSuccessfully);
    }

    [TestMethod]
    public void Fail_ItemsAreHere_FailsWhoWaitsAndWhoComesLater()
    {
        var joins = new JoinCounter();
        JoinCounter.Epoch first = joins.Enter();
        Task done = joins.WhenDoneAsync();
        var error = new IOException("closed");
        joins.Fail(error);
        joins.Leave(first);
        Assert.AreSame(error, done.Exception!.InnerException);
        Assert.AreSame(error, joins.WhenDoneAsync().Exception!.InnerException);
    }

    [TestMethod]
    public void Fail_NothingIsHere_NothingFails()
    {
        var joins = new JoinCounter();
        joins.Leave(joins.Enter());
        joins.Fail(new IOException("closed"));
        Assert.IsTrue(joins.WhenDoneAsync().IsCompletedSuccessfully);
    }
}
