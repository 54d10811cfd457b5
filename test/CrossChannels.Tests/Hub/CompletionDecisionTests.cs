using CrossChannels.Hub;

namespace CrossChannels.Tests.Hub;

[TestClass]
public sealed class CompletionTrackerTests
{
    private static readonly FormatException s_error = new("broken");

    [TestMethod]
    [DataRow("any")]
    [DataRow("last")]
    [DataRow("owner")]
    public void Owner_Completes_EndsTheChannelUnderEveryRule(string rule)
    {
        var end = new CompletionDecision(Policy(rule));
        end.WriterArrived();
        Assert.IsFalse(end.IsDecided);
        Assert.IsTrue(end.TryCompleteByOwner(s_error));
        AssertEnd(end, s_error);
        Assert.IsFalse(end.TryCompleteByOwner(null));
        Assert.IsFalse(end.WriterDone("a", EndingKind.Completed, null));
        Assert.AreSame(s_error, end.Error);
    }

    [TestMethod]
    [DataRow(EndingKind.Completed)]
    [DataRow(EndingKind.Faulted)]
    public void AnyWriter_TheFirstThatCompletes_Decides(EndingKind how)
    {
        CompletionDecision end = With("any", arrived: 2);
        Exception? error = how == EndingKind.Faulted ? s_error : null;
        Assert.IsTrue(end.WriterDone("a", how, error));
        AssertEnd(end, error);
        Assert.IsFalse(end.WriterDone("b", EndingKind.Faulted, new InvalidOperationException()));
        Assert.AreSame(error, end.Error);
        Assert.IsFalse(end.TryCompleteByOwner(null));
    }

    [TestMethod]
    [DataRow("any", EndingKind.WriterLeft)]
    [DataRow("any", EndingKind.ConnectionLost)]
    [DataRow("any", EndingKind.ProtocolViolation)]
    [DataRow("owner", EndingKind.Completed)]
    [DataRow("owner", EndingKind.Faulted)]
    [DataRow("owner", EndingKind.ConnectionLost)]
    public void Writers_ThatDoNotComplete_OrMayNot_NeverDecide(string rule, EndingKind how)
    {
        CompletionDecision end = With(rule, arrived: 1);
        Assert.IsFalse(end.WriterDone("a", how, how == EndingKind.Faulted ? s_error : null));
        Assert.IsFalse(end.ArrivalTimedOut());
        Assert.IsFalse(end.IsDecided);
        Assert.IsTrue(end.TryCompleteByOwner(null));
    }

    [TestMethod]
    public void LastWriter_AllExpectedHaveComeAndCompleted_Decides()
    {
        CompletionDecision end = With("last", arrived: 1);
        Assert.IsFalse(end.WriterDone("a", EndingKind.Completed, null));
        end.WriterArrived();
        Assert.IsTrue(end.WriterDone("b", EndingKind.Completed, null));
        AssertEnd(end, null);
    }

    [TestMethod]
    public void LastWriter_MoreThanExpectedCome_AllMustLeave()
    {
        CompletionDecision end = With("last", arrived: 3);
        Assert.IsFalse(end.WriterDone("a", EndingKind.Completed, null));
        Assert.IsFalse(end.WriterDone("b", EndingKind.Completed, null));
        Assert.IsTrue(end.WriterDone("c", EndingKind.Completed, null));
        AssertEnd(end, null);
    }

    [TestMethod]
    public void LastWriter_OneFaults_DecidesAtOnce()
    {
        CompletionDecision end = With("last", arrived: 1);
        Assert.IsTrue(end.WriterDone("a", EndingKind.Faulted, s_error));
        AssertEnd(end, s_error);
    }

    [TestMethod]
    [DataRow(EndingKind.WriterLeft)]
    [DataRow(EndingKind.ConnectionLost)]
    [DataRow(EndingKind.Aborted)]
    [DataRow(EndingKind.ProtocolViolation)]
    [DataRow(EndingKind.TimedOut)]
    public void LastWriter_OneIsLost_FaultsWithItsName(EndingKind how)
    {
        CompletionDecision end = With("last", arrived: 2);
        Assert.IsFalse(end.WriterDone("process 7", how, s_error));
        Assert.IsTrue(end.WriterDone("process 8", EndingKind.Completed, null));
        WritersLostException error = Assert.IsInstanceOfType<WritersLostException>(end.Error);
        CollectionAssert.AreEqual((string[])["process 7"], error.Lost.ToArray());
        Assert.AreEqual(0, error.Missing);
        StringAssert.Contains(error.Message, "process 7");
    }

    [TestMethod]
    public void LastWriter_OneNeverComes_FaultsWhenTheOthersHaveLeft()
    {
        CompletionDecision end = With("last", arrived: 1);
        Assert.IsFalse(end.ArrivalTimedOut());
        Assert.IsTrue(end.WriterDone("a", EndingKind.Completed, null));
        WritersLostException error = Assert.IsInstanceOfType<WritersLostException>(end.Error);
        Assert.IsEmpty(error.Lost);
        Assert.AreEqual(1, error.Missing);
    }

    [TestMethod]
    public void LastWriter_NobodyIsHereWhenTheTimeIsUp_FaultsAtOnce()
    {
        CompletionDecision end = With("last", arrived: 1);
        Assert.IsFalse(end.WriterDone("a", EndingKind.WriterLeft, null));
        Assert.IsTrue(end.ArrivalTimedOut());
        WritersLostException error = Assert.IsInstanceOfType<WritersLostException>(end.Error);
        CollectionAssert.AreEqual((string[])["a"], error.Lost.ToArray());
        Assert.AreEqual(1, error.Missing);
    }

    [TestMethod]
    public void LastWriter_AllCameInTime_TheTimeoutChangesNothing()
    {
        CompletionDecision end = With("last", arrived: 2);
        Assert.IsFalse(end.ArrivalTimedOut());
        Assert.IsFalse(end.WriterDone("a", EndingKind.Completed, null));
        Assert.IsTrue(end.WriterDone("b", EndingKind.Completed, null));
        AssertEnd(end, null);
    }

    [TestMethod]
    public void LastWriter_LostAreIgnored_EndsClean()
    {
        var end = new CompletionDecision(CompletionPolicy.LastWriter(3, lostWriters: WriterLossPolicy.Ignore));
        end.WriterArrived();
        end.WriterArrived();
        Assert.IsFalse(end.WriterDone("a", EndingKind.ConnectionLost, s_error));
        Assert.IsFalse(end.WriterDone("b", EndingKind.WriterLeft, s_error));
        Assert.IsTrue(end.ArrivalTimedOut());
        AssertEnd(end, null);
    }

    private static CompletionPolicy Policy(string rule) => rule switch
    {
        "any" => CompletionPolicy.AnyWriter,
        "last" => CompletionPolicy.LastWriter(2),
        _ => CompletionPolicy.Owner,
    };

    private static CompletionDecision With(string rule, int arrived)
    {
        var end = new CompletionDecision(Policy(rule));
        for (int i = 0; i < arrived; i++)
            end.WriterArrived();
        return end;
    }

    private static void AssertEnd(CompletionDecision end, Exception? error)
    {
        Assert.IsTrue(end.IsDecided);
        Assert.AreSame(error, end.Error);
    }
}
