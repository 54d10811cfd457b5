using System.Threading.Channels;

namespace CrossChannels.Testing;

public abstract partial class ChannelCore
{
    [TestMethod]
    public async Task TryComplete_Twice_IsTrueThenFalse()
    {
        await using Ends<int> ends = await OpenBoundedAsync(4);
        Assert.IsTrue(ends.Writer.TryComplete());
        Assert.IsFalse(ends.Writer.TryComplete());
        Assert.IsFalse(ends.Writer.TryComplete(new FormatException()));
        await ends.Reader.Completion.Done();
    }

    [TestMethod]
    public async Task Complete_Twice_Throws()
    {
        await using Ends<int> ends = await OpenBoundedAsync(4);
        ends.Writer.Complete();
        Assert.ThrowsExactly<ChannelClosedException>(() => ends.Writer.Complete());
        Assert.IsInstanceOfType<InvalidOperationException>(Assert.ThrowsExactly<ChannelClosedException>(() => ends.Writer.Complete()));
    }

    [TestMethod]
    public async Task Completion_IsAlwaysTheSameTask()
    {
        await using Ends<int> ends = await OpenBoundedAsync(4);
        Task before = ends.Reader.Completion;
        Assert.IsFalse(before.IsCompleted);
        ends.Writer.Complete();
        await before.Done();
        Assert.AreSame(before, ends.Reader.Completion);
        Assert.AreEqual(TaskStatus.RanToCompletion, before.Status);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task Completion_ItemsAreLeft_WaitsForThem(bool isBounded)
    {
        await using Ends<int> ends = isBounded ? await OpenBoundedAsync(8) : await OpenUnboundedAsync();
        await FillAsync(ends, 3);
        ends.Writer.Complete();
        for (int i = 0; i < 3; i++)
        {
            Assert.IsFalse(ends.Reader.Completion.IsCompleted);
            Assert.IsTrue(await ends.Reader.WaitToReadAsync().Done());
            Assert.IsTrue(ends.Reader.TryRead(out int item));
            Assert.AreEqual(i, item);
        }
        await ends.Reader.Completion.Done();
        Assert.IsFalse(await ends.Reader.WaitToReadAsync().Done());
        Assert.IsFalse(ends.Reader.TryRead(out _));
    }

    [TestMethod]
    public async Task Completion_WithError_Faults()
    {
        await using Ends<int> ends = await OpenBoundedAsync(4);
        var error = new FormatException("broken");
        await FillAsync(ends, 1);
        ends.Writer.Complete(error);
        await AssertReadsAsync(ends.Reader, 0);
        AssertError(error, await Throws<Exception>(ends.Reader.Completion));
        Assert.AreEqual(TaskStatus.Faulted, ends.Reader.Completion.Status);
    }

    [TestMethod]
    public async Task Completion_WithCancellation_IsCanceled()
    {
        await using Ends<int> ends = await OpenBoundedAsync(4);
        ends.Writer.Complete(new OperationCanceledException());
        await Throws<OperationCanceledException>(ends.Reader.Completion);
        Assert.AreEqual(TaskStatus.Canceled, ends.Reader.Completion.Status);
    }

    [TestMethod]
    public async Task Completion_IsSetBeforeBlockedReadersWake()
    {
        await using Ends<int> ends = await OpenBoundedAsync(4);
        ChannelReader<int> reader = ends.Reader;
        Task<bool> read = CompletionWhenReadEndsAsync();
        Task<bool> wait = CompletionWhenWaitEndsAsync();
        ends.Writer.Complete();
        Assert.IsTrue(await read.Done());
        Assert.IsTrue(await wait.Done());

        async Task<bool> CompletionWhenReadEndsAsync()
        {
            await Assert.ThrowsExactlyAsync<ChannelClosedException>(() => reader.ReadAsync().AsTask());
            return reader.Completion.IsCompleted;
        }

        async Task<bool> CompletionWhenWaitEndsAsync()
        {
            Assert.IsFalse(await reader.WaitToReadAsync());
            return reader.Completion.IsCompleted;
        }
    }

    [TestMethod]
    public async Task Reads_AfterCleanEnd_ThrowOrAreFalse()
    {
        await using Ends<int> ends = await OpenBoundedAsync(4);
        ends.Writer.Complete();
        await ends.Reader.Completion.Done();
        Assert.IsNull((await Throws<ChannelClosedException, int>(ends.Reader.ReadAsync())).InnerException);
        Assert.IsFalse(await ends.Reader.WaitToReadAsync().Done());
        Assert.IsFalse(ends.Reader.TryRead(out int item));
        Assert.AreEqual(0, item);
        Assert.IsFalse(ends.Reader.TryPeek(out _));
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task Reads_Error_IsWrappedForItemsAndBareForWaits(bool isPending)
    {
        await using Ends<int> ends = await OpenBoundedAsync(4);
        var error = new FormatException("broken");
        Task<int>? read = isPending ? ends.Reader.ReadAsync().AsTask() : null;
        Task<bool>? wait = isPending ? ends.Reader.WaitToReadAsync().AsTask() : null;
        ends.Writer.Complete(error);
        AssertError(error, await Throws<Exception>(ends.Reader.Completion));
        ChannelClosedException closed = await Throws<ChannelClosedException>(read ?? ends.Reader.ReadAsync().AsTask());
        AssertError(error, closed.InnerException);
        AssertError(error, await Throws<Exception>(wait ?? ends.Reader.WaitToReadAsync().AsTask()));
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task Reads_Cancellation_IsThrownAsItIs(bool isPending)
    {
        await using Ends<int> ends = await OpenBoundedAsync(4);
        Task<int>? read = isPending ? ends.Reader.ReadAsync().AsTask() : null;
        Task<bool>? wait = isPending ? ends.Reader.WaitToReadAsync().AsTask() : null;
        ends.Writer.Complete(new OperationCanceledException());
        await Throws<OperationCanceledException>(ends.Reader.Completion);
        await Throws<OperationCanceledException>(wait ?? ends.Reader.WaitToReadAsync().AsTask());
        read ??= ends.Reader.ReadAsync().AsTask();
        await Throws<OperationCanceledException>(read);
        Assert.AreEqual(TaskStatus.Canceled, read.Status);
        await Throws<OperationCanceledException>(ReadAllAsync(ends.Reader));
    }

    [TestMethod]
    public async Task Writes_AfterCleanEnd_ThrowOrAreFalse()
    {
        await using Ends<int> ends = await OpenBoundedAsync(4);
        ends.Writer.Complete();
        Assert.IsFalse(ends.Writer.TryWrite(1));
        Assert.IsNull((await Throws<ChannelClosedException>(ends.Writer.WriteAsync(1))).InnerException);
        Assert.IsFalse(await ends.Writer.WaitToWriteAsync().Done());
        Assert.IsEmpty(await ReadAllAsync(ends.Reader).Done());
    }

    [TestMethod]
    public async Task Writes_AfterError_CarryTheOwnException()
    {
        await using Ends<int> ends = await OpenBoundedAsync(4);
        var error = new FormatException("broken");
        ends.Writer.Complete(error);
        Assert.IsFalse(ends.Writer.TryWrite(1));
        Assert.AreSame(error, (await Throws<ChannelClosedException>(ends.Writer.WriteAsync(1))).InnerException);
        Assert.AreSame(error, await Throws<FormatException, bool>(ends.Writer.WaitToWriteAsync()));
    }

    [TestMethod]
    public async Task Writes_AfterCancellation_ThrowItself()
    {
        await using Ends<int> ends = await OpenBoundedAsync(4);
        var canceled = new OperationCanceledException();
        ends.Writer.Complete(canceled);
        Assert.IsFalse(ends.Writer.TryWrite(1));
        Assert.AreSame(canceled, await Throws<OperationCanceledException>(ends.Writer.WriteAsync(1)));
        await Throws<OperationCanceledException, bool>(ends.Writer.WaitToWriteAsync());
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public virtual async Task Complete_WritersArePending_TheirItemsAreNotDelivered(bool withError)
    {
        await using Ends<int> ends = await OpenBoundedAsync(2);
        await FillAsync(ends, 2);
        Task first = ends.Writer.WriteAsync(2).AsTask();
        Task second = ends.Writer.WriteAsync(3).AsTask();
        Task<bool> wait = ends.Writer.WaitToWriteAsync().AsTask();
        FormatException? error = withError ? new FormatException("broken") : null;
        ends.Writer.Complete(error);
        Assert.AreSame(error, (await Throws<ChannelClosedException>(first)).InnerException);
        Assert.AreSame(error, (await Throws<ChannelClosedException>(second)).InnerException);
        if (withError)
            Assert.AreSame(error, await Throws<FormatException>(wait));
        else
            Assert.IsFalse(await wait.Done());
        await AssertReadsAsync(ends.Reader, 0, 1);
        await Throws<ChannelClosedException, int>(ends.Reader.ReadAsync());
    }
}
