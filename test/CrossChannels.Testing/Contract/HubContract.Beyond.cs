using System.Threading.Channels;

namespace CrossChannels.Testing;

public abstract partial class HubContract
{
    [TestMethod]
    public async Task FlushAsync_WaitsUntilReceived()
    {
        await using HubEnds<string> ends = await OpenHubAsync<string>();
        await ends.Writer.FlushAsync().Done();
        for (int i = 1; i <= 50; i++)
        {
            await ends.Writer.WriteAsync($"{i}").Done();
            await ends.Writer.FlushAsync().Done();
            Assert.AreEqual(0, ends.Writer.UnreceivedCount);
            if (!IsReaderRemote)
                Assert.AreEqual(i, ends.Reader.Count);
        }
    }

    [TestMethod]
    public async Task JoinAsync_WaitsUntilRead()
    {
        await using HubEnds<string> ends = await OpenHubAsync<string>();
        await ends.Writer.JoinAsync().Done();
        for (int i = 0; i < 20; i++)
        {
            await ends.Writer.WriteAsync("a").Done();
            await ends.Writer.WriteAsync("b").Done();
            Task join = ends.Writer.JoinAsync().AsTask();
            await ends.Writer.FlushAsync().Done();
            Assert.AreEqual("a", await ends.Reader.ReadAsync().Done());
            Assert.IsFalse(join.IsCompleted);
            Assert.AreEqual("b", await ends.Reader.ReadAsync().Done());
            await join.Done($"join {i}");
        }
    }

    /// <summary>A remote writer asks for one join at a time; what is in the channel by then is waited for too.</summary>
    [TestMethod]
    public async Task JoinAsync_SeveralArePending_EndInOrder()
    {
        await using HubEnds<int> ends = await OpenHubAsync<int>();
        Task[] joins = new Task[6];
        for (int i = 0; i < joins.Length; i++)
        {
            await ends.Writer.WriteAsync(i).Done();
            joins[i] = ends.Writer.JoinAsync().AsTask();
        }
        for (int i = 0; i < joins.Length; i++)
        {
            Assert.IsTrue(joins[i..].All(join => !join.IsCompleted));
            await AssertReadsAsync(ends.Reader, i);
            if (!IsWriterRemote)
                await joins[i].Done($"join {i}");
        }
        foreach (Task join in joins)
            await join.Done();
    }

    [TestMethod]
    public async Task JoinAsync_CanceledWhilePending_LeavesTheOthers()
    {
        await using HubEnds<int> ends = await OpenHubAsync<int>();
        using var source = new CancellationTokenSource();
        await ends.Writer.WriteAsync(1).Done();
        Task canceled = ends.Writer.JoinAsync(source.Token).AsTask();
        await ends.Writer.WriteAsync(2).Done();
        Task join = ends.Writer.JoinAsync().AsTask();
        await source.CancelAsync();
        Assert.AreEqual(source.Token, (await Throws<OperationCanceledException>(canceled)).CancellationToken);
        Assert.IsTrue(ends.Writer.JoinAsync(source.Token).IsCanceled);
        Assert.IsTrue(ends.Writer.FlushAsync(source.Token).IsCanceled);
        await AssertReadsAsync(ends.Reader, 1, 2);
        await join.Done();
    }

    [TestMethod]
    public async Task JoinAsync_AfterComplete_WaitsUntilDrained()
    {
        await using HubEnds<int> ends = await OpenHubAsync<int>();
        await ends.Writer.WriteAsync(1).Done();
        ends.Writer.Complete();
        Task join = ends.Writer.JoinAsync().AsTask();
        await AssertReadsAsync(ends.Reader, 1);
        await join.Done();
        await ends.Reader.Completion.Done();
        await ends.Writer.JoinAsync().Done();
        await ends.Writer.FlushAsync().Done();
        Assert.AreEqual(0, await ends.Writer.CloseAsync().Done());
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task JoinAsync_TheOwnerAborts_Throws(bool isCompleted)
    {
        await using HubEnds<int> ends = await OpenHubAsync<int>();
        await ends.Writer.WriteAsync(1).Done();
        if (isCompleted)
            ends.Writer.Complete();
        await ends.Writer.FlushAsync().Done();
        Task join = ends.Writer.JoinAsync().AsTask();
        ends.Owner.Abort("enough");
        await Throws<ReaderClosedException>(join);
        await Throws<ReaderClosedException>(ends.Writer.JoinAsync());
    }

    [TestMethod]
    public async Task Abort_EndsBothEndsWithTheReason()
    {
        await using HubEnds<int> ends = await OpenHubAsync<int>(new BoundedChannelOptions(1));
        await ends.Writer.WriteAsync(1).Done();
        await ends.Writer.FlushAsync().Done();
        Task write = ends.Writer.WriteAsync(2).AsTask();
        Task<bool> wait = ends.Writer.WaitToWriteAsync().AsTask();
        ends.Owner.Abort("enough is enough");
        ReaderClosedException closed = await Throws<ReaderClosedException>(wait);
        Assert.AreSame(closed, (await Throws<ChannelClosedException>(write)).InnerException);
        Assert.AreEqual("enough is enough", closed.Reason);
        Assert.AreEqual(EndingKind.ReaderClosed, ends.Writer.Ending!.Kind);
        Assert.IsFalse(ends.Writer.TryWrite(3));
        LinkAbortedException aborted = await Throws<LinkAbortedException>(ends.Reader.Completion);
        StringAssert.Contains(aborted.Message, "enough is enough");
        Assert.AreEqual(EndingKind.Aborted, ends.Reader.Ending!.Kind);
    }

    [TestMethod]
    public async Task Abort_ReadsArePending_EndsThem()
    {
        await using HubEnds<int> ends = await OpenHubAsync<int>();
        Task<int> read = ends.Reader.ReadAsync().AsTask();
        Task<bool> wait = ends.Reader.WaitToReadAsync().AsTask();
        ends.Owner.Abort();
        Assert.IsInstanceOfType<LinkAbortedException>((await Throws<ChannelClosedException>(read)).InnerException);
        await Throws<LinkAbortedException>(wait);
    }

    [TestMethod]
    public async Task Ending_CompletedWithError_IsSeenByBoth()
    {
        await using HubEnds<int> ends = await OpenHubAsync<int>();
        var error = new FormatException("broken");
        await ends.Writer.WriteAsync(1).Done();
        ends.Writer.Complete(error);
        Assert.AreEqual(new Ending(EndingKind.Faulted, error), ends.Writer.Ending);
        Assert.IsNull(ends.Reader.Ending);
        await AssertReadsAsync(ends.Reader, 1);
        Exception seen = await Throws<Exception>(ends.Reader.Completion);
        AssertError(error, seen);
        Assert.AreEqual(new Ending(EndingKind.Faulted, seen), ends.Reader.Ending);
    }

    [TestMethod]
    public async Task Many_PlainItems_CrossInOrder() => await CrossInManiesAsync(i => i);

    [TestMethod]
    public async Task Many_Texts_CrossInOrder() => await CrossInManiesAsync(i => $"item {i}");

    [TestMethod]
    public async Task Many_NullTexts_CrossInOrder() => await CrossInManiesAsync(i => i % 3 == 0 ? null : $"item {i}");

    [TestMethod]
    public async Task WriteManyAsync_TheChannelEnds_TellsHowManyWereAccepted()
    {
        await using HubEnds<int> ends = await OpenHubAsync<int>(new BoundedChannelOptions(3));
        Task write = ends.Writer.WriteManyAsync(new[] { 1, 2, 3, 4, 5 }).AsTask();
        await AssertReadsAsync(ends.Reader, 1);
        ends.Writer.Complete();
        PartialWriteException partial = await Throws<PartialWriteException>(write);
        Assert.IsInRange(1, 4, partial.AcceptedCount);
        await AssertReadsAsync(ends.Reader, [.. Enumerable.Range(2, (int)partial.AcceptedCount - 1)]);
        await Throws<ChannelClosedException, int>(ends.Reader.ReadAsync());
    }

    private async Task CrossInManiesAsync<T>(Func<int, T> make)
    {
        const int Total = 5000;
        await using HubEnds<T> ends = await OpenHubAsync<T>(new BoundedChannelOptions(100));
        T[] all = [.. Enumerable.Range(0, Total).Select(make)];
        Task writing = Task.Run(WriteAsync);
        List<T> read = [];
        T[] items = new T[37];
        while (read.Count < Total)
            read.AddRange(items[..await ends.Reader.ReadManyAsync(items).Done($"after {read.Count}")]);
        await writing.Done();
        CollectionAssert.AreEqual(all, read);
        await ends.Reader.Completion.Done();

        async Task WriteAsync()
        {
            for (int i = 0; i < Total; i += 250)
                await ends.Writer.WriteManyAsync(all.AsMemory(i, 250));
            ends.Writer.Complete();
        }
    }
}
