using System.Threading.Channels;

namespace CrossChannels.Testing;

public abstract partial class ChannelCore
{
    [TestMethod]
    public async Task ReadAsync_CanceledBeforehand_IsCanceledThoughAnItemIsThere()
    {
        await using Ends<int> ends = await OpenBoundedAsync(4);
        await FillAsync(ends, 1);
        await ends.Reader.WaitToReadAsync().Done();
        var canceled = new CancellationToken(true);
        ValueTask<int> read = ends.Reader.ReadAsync(canceled);
        Assert.IsTrue(read.IsCanceled);
        Assert.AreEqual(canceled, (await Throws<OperationCanceledException, int>(read)).CancellationToken);
        Assert.IsTrue(ends.Reader.WaitToReadAsync(canceled).IsCanceled);
        await AssertReadsAsync(ends.Reader, 0);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task AllFour_CanceledBeforehand_AreCanceledThoughTheChannelIsOver(bool withError)
    {
        await using Ends<int> ends = await OpenBoundedAsync(4);
        ends.Writer.Complete(withError ? new FormatException() : null);
        await ((Task)Task.WhenAny(ends.Reader.Completion)).Done();
        var canceled = new CancellationToken(true);
        Assert.IsTrue(ends.Reader.ReadAsync(canceled).IsCanceled);
        Assert.IsTrue(ends.Reader.WaitToReadAsync(canceled).IsCanceled);
        Assert.IsTrue(ends.Writer.WriteAsync(1, canceled).IsCanceled);
        Assert.IsTrue(ends.Writer.WaitToWriteAsync(canceled).IsCanceled);
    }

    [TestMethod]
    public async Task ReadAsync_CanceledWhilePending_ConsumesNothing()
    {
        await using Ends<int> ends = await OpenBoundedAsync(4);
        using var source = new CancellationTokenSource();
        Task<int> canceled = ends.Reader.ReadAsync(source.Token).AsTask();
        Task<int> next = ends.Reader.ReadAsync().AsTask();
        await source.CancelAsync();
        Assert.AreEqual(source.Token, (await Throws<OperationCanceledException>(canceled)).CancellationToken);
        Assert.AreEqual(TaskStatus.Canceled, canceled.Status);
        await FillAsync(ends, 2);
        Assert.AreEqual(0, await next.Done());
        await AssertReadsAsync(ends.Reader, 1);
    }

    [TestMethod]
    public async Task WaitToReadAsync_CanceledWhilePending_CarriesTheToken()
    {
        await using Ends<int> ends = await OpenBoundedAsync(4);
        using var source = new CancellationTokenSource();
        Task<bool> wait = ends.Reader.WaitToReadAsync(source.Token).AsTask();
        Task<bool> other = ends.Reader.WaitToReadAsync().AsTask();
        await source.CancelAsync();
        Assert.AreEqual(source.Token, (await Throws<OperationCanceledException>(wait)).CancellationToken);
        await FillAsync(ends, 1);
        Assert.IsTrue(await other.Done());
    }

    [TestMethod]
    public async Task WaitToReadAsync_AfterACanceledReadAndACompletion_IsFalse()
    {
        await using Ends<int> ends = await OpenUnboundedAsync();
        using var source = new CancellationTokenSource();
        Task<int> read = ends.Reader.ReadAsync(source.Token).AsTask();
        await source.CancelAsync();
        await Throws<OperationCanceledException>(read);
        ends.Writer.Complete();
        Assert.IsFalse(await ends.Reader.WaitToReadAsync().Done());
        await ends.Reader.Completion.Done();
    }

    [TestMethod]
    public async Task ReadAsync_SeveralArePending_AreServedInOrder()
    {
        await using Ends<int> ends = await OpenBoundedAsync(4);
        Task<int>[] reads = [.. Enumerable.Range(0, 5).Select(_ => ends.Reader.ReadAsync().AsTask())];
        for (int i = 0; i < reads.Length; i++)
        {
            await ends.Writer.WriteAsync(i).Done();
            Assert.AreEqual(i, await reads[i].Done());
            Assert.IsTrue(reads[(i + 1)..].All(later => !later.IsCompleted));
        }
    }

    [TestMethod]
    public async Task WaitToReadAsync_ABlockedReadTakesTheItem_StaysAsleep()
    {
        await using Ends<int> ends = await OpenBoundedAsync(4);
        Task<bool> wait = ends.Reader.WaitToReadAsync().AsTask();
        Task<int> read = ends.Reader.ReadAsync().AsTask();
        await FillAsync(ends, 1);
        Assert.AreEqual(0, await read.Done());
        Assert.IsFalse(wait.IsCompleted);
        await FillAsync(ends, 1);
        Assert.IsTrue(await wait.Done());
    }

    [TestMethod]
    public async Task WaitToReadAsync_SeveralArePending_AllWake()
    {
        await using Ends<int> ends = await OpenBoundedAsync(4);
        Task<bool>[] waits = [.. Enumerable.Range(0, 5).Select(_ => ends.Reader.WaitToReadAsync().AsTask())];
        await FillAsync(ends, 1);
        foreach (Task<bool> wait in waits)
            Assert.IsTrue(await wait.Done());
        await AssertReadsAsync(ends.Reader, 0);
        Assert.IsFalse(ends.Reader.TryRead(out _));
    }

    [TestMethod]
    public async Task TryPeek_DoesNotConsume()
    {
        await using Ends<int> ends = await OpenBoundedAsync(4);
        Assert.IsTrue(ends.Reader.CanPeek);
        Assert.IsFalse(ends.Reader.TryPeek(out int none));
        Assert.AreEqual(0, none);
        await ends.Writer.WriteAsync(5).Done();
        await ends.Writer.WriteAsync(6).Done();
        await ends.ArriveAsync();
        await ends.Reader.WaitToReadAsync().Done();
        for (int i = 0; i < 2; i++)
        {
            Assert.IsTrue(ends.Reader.TryPeek(out int item));
            Assert.AreEqual(5, item);
        }
        await AssertReadsAsync(ends.Reader, 5);
        await ends.Reader.WaitToReadAsync().Done();
        Assert.IsTrue(ends.Reader.TryPeek(out int next));
        Assert.AreEqual(6, next);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task Count_IsOfUnreadItemsWithoutBlockedWriters(bool isBounded)
    {
        await using Ends<int> ends = isBounded ? await OpenBoundedAsync(3) : await OpenUnboundedAsync();
        Assert.IsTrue(ends.Reader.CanCount);
        Assert.AreEqual(0, ends.Reader.Count);
        await FillAsync(ends, 3);
        ends.AssertCount(3);
        Task? blocked = isBounded ? ends.Writer.WriteAsync(3).AsTask() : null;
        ends.AssertCount(3);
        await AssertReadsAsync(ends.Reader, 0, 1);
        if (blocked is not null)
            await blocked.Done();
        await ends.ArriveAsync();
        ends.AssertCount(isBounded ? 2 : 1);
    }

    [TestMethod]
    public virtual async Task SingleReader_Unbounded_ASecondPendingReadCancelsTheFirst()
    {
        await using Ends<int> ends = await OpenAsync(new UnboundedChannelOptions { SingleReader = true });
        Task<int> first = ends.Reader.ReadAsync().AsTask();
        Task<int> second = ends.Reader.ReadAsync().AsTask();
        await Throws<OperationCanceledException>(first);
        await FillAsync(ends, 1);
        Assert.AreEqual(0, await second.Done());

        Task<bool> firstWait = ends.Reader.WaitToReadAsync().AsTask();
        Task<bool> secondWait = ends.Reader.WaitToReadAsync().AsTask();
        await Throws<OperationCanceledException>(firstWait);
        await FillAsync(ends, 1);
        Assert.IsTrue(await secondWait.Done());
    }

    [TestMethod]
    public async Task SingleReader_Bounded_IsIgnored()
    {
        await using Ends<int> ends = await OpenAsync(new BoundedChannelOptions(4) { SingleReader = true });
        Task<int> first = ends.Reader.ReadAsync().AsTask();
        Task<int> second = ends.Reader.ReadAsync().AsTask();
        await FillAsync(ends, 2);
        Assert.AreEqual(0, await first.Done());
        Assert.AreEqual(1, await second.Done());
    }

    [TestMethod]
    public virtual async Task ReadAllAsync_CanceledOnTheWay_DrainsWhatIsThereFirst()
    {
        await using Ends<int> ends = await OpenBoundedAsync(8);
        await FillAsync(ends, 5);
        using var source = new CancellationTokenSource();
        List<int> items = [];
        Task reading = ReadAsync();
        await Throws<OperationCanceledException>(reading);
        CollectionAssert.AreEqual(new[] { 0, 1, 2, 3, 4 }, items);

        async Task ReadAsync()
        {
            await foreach (int item in ends.Reader.ReadAllAsync(source.Token))
            {
                items.Add(item);
                await source.CancelAsync();
            }
        }
    }

    [TestMethod]
    public async Task ReadAllAsync_CanceledBeforehand_ThrowsAtOnce()
    {
        await using Ends<int> ends = await OpenBoundedAsync(8);
        await FillAsync(ends, 1);
        IAsyncEnumerator<int> items = ends.Reader.ReadAllAsync(new CancellationToken(true)).GetAsyncEnumerator();
        await Throws<OperationCanceledException, bool>(items.MoveNextAsync());
        await items.DisposeAsync();
        await AssertReadsAsync(ends.Reader, 0);
    }

    [TestMethod]
    public async Task ReadAllAsync_Error_ThrowsItBare()
    {
        await using Ends<int> ends = await OpenBoundedAsync(8);
        await FillAsync(ends, 2);
        var error = new FormatException("broken");
        ends.Writer.Complete(error);
        await AssertReadsAsync(ends.Reader, 0, 1);
        AssertError(error, await Throws<Exception>(ReadAllAsync(ends.Reader)));
    }

    [TestMethod]
    public async Task ReadAsync_ResultTakenTwice_Throws()
    {
        await using Ends<int> ends = await OpenBoundedAsync(4);
        ValueTask<int> read = ends.Reader.ReadAsync();
        Assert.IsFalse(read.IsCompleted);
        var finished = new TaskCompletionSource();
        read.GetAwaiter().OnCompleted(finished.SetResult);
        ends.Writer.TryWrite(7);
        await finished.Task.Done();
        Assert.AreEqual(7, read.GetAwaiter().GetResult());
        Assert.ThrowsExactly<InvalidOperationException>(() => read.GetAwaiter().GetResult());
    }

    [TestMethod]
    public async Task WaitToReadAsync_ResultTakenTwiceOrTooSoon_Throws()
    {
        await using Ends<int> ends = await OpenBoundedAsync(4);
        ValueTask<bool> wait = ends.Reader.WaitToReadAsync();
        Assert.ThrowsExactly<InvalidOperationException>(() => wait.GetAwaiter().GetResult());
        var finished = new TaskCompletionSource();
        wait.GetAwaiter().OnCompleted(finished.SetResult);
        ends.Writer.TryWrite(7);
        await finished.Task.Done();
        Assert.IsTrue(wait.GetAwaiter().GetResult());
        Assert.ThrowsExactly<InvalidOperationException>(() => wait.GetAwaiter().GetResult());
    }

    [TestMethod]
    public async Task TryRead_Nothing_SetsTheVariableToDefault()
    {
        await using Ends<int> ends = await OpenBoundedAsync(4);
        int item = 42;
        Assert.IsFalse(ends.Reader.TryRead(out item));
        Assert.AreEqual(0, item);
        await ends.Writer.WriteAsync(7).Done();
        Assert.AreEqual(7, await ends.Reader.ReadAsync().Done());
        item = 42;
        Assert.IsFalse(ends.Reader.TryRead(out item));
        Assert.AreEqual(0, item);
    }
}
