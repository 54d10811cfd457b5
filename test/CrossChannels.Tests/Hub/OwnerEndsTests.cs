using System.Threading.Channels;

namespace CrossChannels.Tests.Hub;

/// <summary>The owner's two ends: as within a process, without any waiting.</summary>
[TestClass]
public sealed class OwnerEndsTests : HubContract
{
    private protected override bool IsWriterRemote => false;

    private protected override bool IsReaderRemote => false;

    /// <summary>The least of several rounds: the run's injected faults allocate, now and then.</summary>
    [TestMethod]
    public async Task TryWriteAndTryRead_AgainAndAgain_AllocateNothing()
    {
        const int Items = 1000;
        await using HubEnds<long> ends = await OpenHubAsync<long>(new BoundedChannelOptions(16));
        long least = long.MaxValue;
        for (int round = 0; round < 20; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < Items; i++)
            {
                if (!ends.Writer.TryWrite(i) || !ends.Reader.TryRead(out _))
                    Assert.Fail($"Item {i} of round {round} did not cross.");
            }
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        Assert.IsLessThan(Items, least, $"bytes of {Items} items");
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(7)]
    [DataRow(0)]
    public async Task TryRead_AfterTryWrite_SeesTheItemAtOnce(int capacity)
    {
        await using HubEnds<string> ends = await OpenHubAsync<string>(capacity == 0 ? new UnboundedChannelOptions() : new BoundedChannelOptions(capacity));
        int most = capacity == 0 ? 1000 : capacity;
        for (int round = 0; round < 3; round++)
        {
            for (int i = 0; i < most; i++)
            {
                Assert.AreEqual(i, ends.Reader.Count);
                Assert.IsTrue(ends.Writer.WaitToWriteAsync().Result());
                Assert.IsTrue(ends.Writer.TryWrite($"{i}"));
                Assert.IsTrue(ends.Writer.FlushAsync().IsCompletedSuccessfully);
            }
            Assert.AreEqual(capacity == 0, ends.Writer.TryWrite("over") && ends.Reader.Count == most + 1);
            for (int i = 0; i < most; i++)
            {
                Assert.IsTrue(ends.Reader.WaitToReadAsync().Result());
                Assert.IsTrue(ends.Reader.TryPeek(out string? next));
                Assert.IsTrue(ends.Reader.TryRead(out string? item));
                Assert.AreEqual($"{i}", item);
                Assert.AreEqual(item, next);
            }
            if (capacity == 0)
                Assert.AreEqual("over", ends.Reader.ReadAsync().Result());
            Assert.IsFalse(ends.Reader.TryRead(out _));
        }
        Assert.IsTrue(ends.Writer.TryComplete());
        Assert.IsTrue(ends.Reader.Completion.IsCompletedSuccessfully);
        Assert.IsFalse(ends.Reader.WaitToReadAsync().Result());
        Assert.IsFalse(ends.Writer.WaitToWriteAsync().Result());
    }

    /// <summary>An error of the owner's is the same object at its own two ends, and a cancellation keeps its token.</summary>
    [TestMethod]
    public async Task Complete_WithTokensCancellation_KeepsTheToken()
    {
        await using HubEnds<int> ends = await OpenHubAsync<int>();
        var token = new CancellationToken(true);
        ends.Writer.Complete(new OperationCanceledException(token));
        Assert.AreEqual(token, (await Throws<OperationCanceledException>(ends.Reader.Completion)).CancellationToken);
        Assert.AreEqual(token, (await Throws<OperationCanceledException, int>(ends.Reader.ReadAsync())).CancellationToken);
        Assert.AreEqual(token, (await Throws<OperationCanceledException, bool>(ends.Reader.WaitToReadAsync())).CancellationToken);
        Assert.AreEqual(token, (await Throws<OperationCanceledException, bool>(ends.Writer.WaitToWriteAsync())).CancellationToken);
        Assert.AreEqual(token, (await Throws<OperationCanceledException>(ends.Writer.WriteAsync(1))).CancellationToken);
    }

    /// <summary>With AllowSynchronousContinuations a continuation runs within the call that caused it.</summary>
    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task AllowSynchronousContinuations_ContinuationRunsWithinTheCall(bool isBounded)
    {
        await using HubEnds<int> ends = await OpenHubAsync<int>(isBounded
            ? new BoundedChannelOptions(1) { AllowSynchronousContinuations = true }
            : new UnboundedChannelOptions { AllowSynchronousContinuations = true });
        int thread = 0;
        ValueTask<int> read = ends.Reader.ReadAsync();
        read.GetAwaiter().OnCompleted(() => thread = Environment.CurrentManagedThreadId);
        Assert.IsTrue(ends.Writer.TryWrite(5));
        Assert.AreEqual(Environment.CurrentManagedThreadId, thread);
        Assert.AreEqual(5, read.GetAwaiter().GetResult());

        thread = 0;
        ValueTask<bool> wait = ends.Reader.WaitToReadAsync();
        wait.GetAwaiter().OnCompleted(() => thread = Environment.CurrentManagedThreadId);
        ends.Writer.Complete();
        Assert.AreEqual(Environment.CurrentManagedThreadId, thread);
        Assert.IsFalse(wait.GetAwaiter().GetResult());
    }

    [TestMethod]
    public void Arguments_AreCheckedAsByTheBuiltInChannels()
    {
        ChannelAddress address = ChannelAddress.Unix("/nowhere/x");
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => { _ = CrossChannel.CreateBoundedAsync<int>(address, -1); });
        Assert.AreEqual("options", Assert.ThrowsExactly<ArgumentNullException>(() => { _ = CrossChannel.CreateBoundedAsync<int>(address, null!); }).ParamName);
    }
}

/// <summary>What must be there without waiting.</summary>
internal static class ResultExtensions
{
    public static T Result<T>(this ValueTask<T> task)
    {
        Assert.IsTrue(task.IsCompletedSuccessfully, "It waits, and should not.");
        return task.GetAwaiter().GetResult();
    }
}
