using System.Threading.Channels;

namespace CrossChannels.Testing;

public abstract partial class ChannelCore
{
    [TestMethod]
    public async Task TryWrite_ReadersContinuationBlocks_ReturnsBeforeIt()
    {
        await using Ends<int> ends = await OpenBoundedAsync(4);
        ValueTask<int> read = ends.Reader.ReadAsync();
        await AssertRunsElsewhereAsync(read.GetAwaiter().OnCompleted, () => Assert.IsTrue(ends.Writer.TryWrite(1)));
        Assert.AreEqual(1, read.GetAwaiter().GetResult());
    }

    [TestMethod]
    public async Task TryWrite_WaitersContinuationBlocks_ReturnsBeforeIt()
    {
        await using Ends<int> ends = await OpenBoundedAsync(4);
        ValueTask<bool> wait = ends.Reader.WaitToReadAsync();
        await AssertRunsElsewhereAsync(wait.GetAwaiter().OnCompleted, () => Assert.IsTrue(ends.Writer.TryWrite(1)));
        Assert.IsTrue(wait.GetAwaiter().GetResult());
    }

    [TestMethod]
    public async Task TryRead_WritersContinuationBlocks_ReturnsBeforeIt()
    {
        await using Ends<int> ends = await OpenBoundedAsync(1);
        await FillAsync(ends, 1);
        ValueTask write = ends.Writer.WriteAsync(1);
        await ends.Reader.WaitToReadAsync().Done();
        await AssertRunsElsewhereAsync(write.GetAwaiter().OnCompleted, () => Assert.IsTrue(ends.Reader.TryRead(out _)));
        write.GetAwaiter().GetResult();
    }

    [TestMethod]
    public virtual async Task Complete_WritersContinuationBlocks_ReturnsBeforeIt()
    {
        await using Ends<int> ends = await OpenBoundedAsync(1);
        await FillAsync(ends, 1);
        ValueTask write = ends.Writer.WriteAsync(1);
        await AssertRunsElsewhereAsync(write.GetAwaiter().OnCompleted, () => ends.Writer.Complete());
        Assert.ThrowsExactly<ChannelClosedException>(() => write.GetAwaiter().GetResult());
    }

    [TestMethod]
    public async Task Complete_ReadersContinuationBlocks_ReturnsBeforeIt()
    {
        await using Ends<int> ends = await OpenBoundedAsync(1);
        ValueTask<int> read = ends.Reader.ReadAsync();
        await AssertRunsElsewhereAsync(read.GetAwaiter().OnCompleted, () => ends.Writer.Complete());
        Assert.ThrowsExactly<ChannelClosedException>(() => read.GetAwaiter().GetResult());
    }

    [TestMethod]
    public async Task Cancel_ReadersContinuationBlocks_ReturnsBeforeIt()
    {
        await using Ends<int> ends = await OpenBoundedAsync(1);
        using var source = new CancellationTokenSource();
        ValueTask<int> read = ends.Reader.ReadAsync(source.Token);
        await AssertRunsElsewhereAsync(read.GetAwaiter().OnCompleted, source.Cancel);
        Assert.ThrowsExactly<OperationCanceledException>(() => read.GetAwaiter().GetResult());
    }

    [TestMethod]
    public async Task Completion_ContinuationBlocks_RunsElsewhere()
    {
        await using Ends<int> ends = await OpenBoundedAsync(1);
        await AssertRunsElsewhereAsync(ends.Reader.Completion.GetAwaiter().OnCompleted, () => ends.Writer.Complete());
    }

    /// <summary>A continuation that does not return until the call that caused it has: were it to run within the call, both would hang.</summary>
    internal static async Task AssertRunsElsewhereAsync(Action<Action> onCompleted, Action call)
    {
        using var hasReturned = new ManualResetEventSlim();
        var ran = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        onCompleted(() => ran.SetResult(hasReturned.Wait(Wait.Deadline)));
        call();
        hasReturned.Set();
        Assert.IsTrue(await ran.Task.Done(), "The continuation ran on the caller's thread.");
    }
}
