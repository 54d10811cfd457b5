using System.Threading.Channels;

namespace CrossChannels.Testing;

public abstract partial class ChannelContract
{
    [TestMethod]
    public async Task FlushAsync_WaitsUntilReceived()
    {
        await using LinkEnds<string, NoItem> ends = await OpenOneWayAsync<string>();
        await ends.Writer.FlushAsync().Done();
        for (int i = 1; i <= 50; i++)
        {
            await ends.Writer.WriteAsync($"{i}").Done();
            await ends.Writer.FlushAsync().Done();
            Assert.AreEqual(i, ends.Reader.Count);
            Assert.AreEqual(0, ends.Writer.UnreceivedCount);
        }
    }

    [TestMethod]
    public async Task JoinAsync_WaitsUntilRead()
    {
        await using LinkEnds<string, NoItem> ends = await OpenOneWayAsync<string>();
        await ends.Writer.JoinAsync().Done();
        for (int i = 0; i < 20; i++)
        {
            await ends.Writer.WriteAsync("a").Done();
            await ends.Writer.WriteAsync("b").Done();
            Task join = ends.Writer.JoinAsync().AsTask();
            await ends.ArriveAsync();
            await ends.Reader.ReadAsync().Done();
            Assert.IsFalse(join.IsCompleted);
            await ends.Reader.ReadAsync().Done();
            await join.Done();
        }
    }

    [TestMethod]
    public async Task JoinAsync_SeveralArePending_EndInOrder()
    {
        await using LinkEnds<int, NoItem> ends = await OpenOneWayAsync<int>();
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
            await joins[i].Done();
        }
    }

    [TestMethod]
    public async Task JoinAsync_CanceledWhilePending_LeavesTheOthers()
    {
        await using LinkEnds<int, NoItem> ends = await OpenOneWayAsync<int>();
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
        await using LinkEnds<int, NoItem> ends = await OpenOneWayAsync<int>();
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
    public async Task JoinAsync_PeerIsDisposed_ThrowsReaderClosed()
    {
        await using LinkEnds<int, NoItem> ends = await OpenOneWayAsync<int>();
        await ends.Writer.WriteAsync(1).Done();
        Task join = ends.Writer.JoinAsync().AsTask();
        await ends.Second.DisposeAsync().Done();
        await Throws<ReaderClosedException>(join);
        await Throws<ReaderClosedException>(ends.Writer.JoinAsync());
    }

    [TestMethod]
    public async Task JoinAsync_PeerAborts_ThrowsAborted()
    {
        await using LinkEnds<int, NoItem> ends = await OpenOneWayAsync<int>();
        await ends.Writer.WriteAsync(1).Done();
        Task join = ends.Writer.JoinAsync().AsTask();
        ends.Second.Abort();
        await Throws<LinkAbortedException>(join);
        await Throws<LinkAbortedException>(ends.Writer.JoinAsync());
    }

    [TestMethod]
    public async Task CloseAsync_ItemsAreReceivedAndReadLater()
    {
        await using LinkEnds<int, NoItem> ends = await OpenOneWayAsync<int>(new BoundedChannelOptions(100));
        for (int i = 0; i < 100; i++)
            Assert.IsTrue(ends.Writer.TryWrite(i));
        ends.Writer.Complete();
        Assert.AreEqual(0, await ends.Writer.CloseAsync().Done());
        await ends.First.DisposeAsync().Done();
        CollectionAssert.AreEqual(Enumerable.Range(0, 100).ToList(), await ReadAllAsync(ends.Reader).Done());
    }

    [TestMethod]
    public async Task CloseAsync_ReaderTakesNoMoreBytes_CountsWhatIsLeft()
    {
        await using LinkEnds<byte[], NoItem> ends = await OpenOneWayAsync<byte[]>(
            maxUnreadBytes: 100, link: new() { CloseTimeout = TimeSpan.FromMilliseconds(50) });
        for (int i = 0; i < 10; i++)
            Assert.IsTrue(ends.Writer.TryWrite(new byte[90]));
        await Wait.Until(() => ends.Reader.Count > 0);
        if (IsAcceptedReceived)
        {
            Assert.AreEqual(10, ends.Reader.Count);
            Assert.AreEqual(0, await ends.Writer.CloseAsync(TimeSpan.Zero).Done());
            return;
        }
        Assert.IsTrue(await ends.Writer.CloseAsync(TimeSpan.Zero).Done() is >= 9 and <= 10);
        long left = await ends.Writer.CloseAsync(TimeSpan.FromMilliseconds(50)).Done();
        Assert.IsTrue(left is >= 9 and <= 10, $"{left}");
        Assert.AreEqual(left, ends.Writer.UnreceivedCount);
    }

    [TestMethod]
    public async Task DisposeAsync_ReaderTakesNoMoreBytes_LogsWhatIsLeft()
    {
        var log = new LogList();
        await using LinkEnds<byte[], NoItem> ends = await OpenOneWayAsync<byte[]>(
            maxUnreadBytes: 100, link: new() { CloseTimeout = TimeSpan.FromMilliseconds(50), Logger = log });
        for (int i = 0; i < 10; i++)
            Assert.IsTrue(ends.Writer.TryWrite(new byte[90]));
        await ends.First.DisposeAsync().Done();
        Assert.AreEqual(1, log.Count("NotReceived"));
        Assert.IsGreaterThan(0, ends.Writer.UnreceivedCount);
    }

    [TestMethod]
    public async Task Dispose_TwiceAndConcurrently_IsHarmless()
    {
        await using LinkEnds<int, int> ends = await OpenAsync<int, int>();
        await ends.Writer.WriteAsync(1).Done();
        Task<int> read = ends.First.Reader.ReadAsync().AsTask();
        Task[] disposals =
        [
            .. Enumerable.Range(0, 4).Select(_ => Task.Run(() => ends.First.DisposeAsync().AsTask())),
            Task.Run(ends.First.Dispose),
            Task.Run(() => ends.First.Writer.DisposeAsync().AsTask()),
            Task.Run(() => ends.First.Reader.DisposeAsync().AsTask()),
            Task.Run(ends.First.Reader.Dispose),
            Task.Run(ends.First.Writer.Dispose),
            Task.Run(() => ends.Second.Writer.DisposeAsync().AsTask()),
        ];
        await Task.WhenAll(disposals).Done();
        await Throws<ChannelClosedException>(read);
        await ends.First.DisposeAsync().Done();
        ends.First.Dispose();
        ends.First.Abort();
        await AssertReadsAsync(ends.Reader, 1);
        await Throws<WriterLeftException>(ends.Reader.Completion);
    }

    [TestMethod]
    public async Task Dispose_WithoutWaiting_StillSends()
    {
        await using LinkEnds<int, NoItem> ends = await OpenOneWayAsync<int>();
        await ends.Writer.WriteAsync(1).Done();
        ends.Writer.Complete();
        ends.First.Dispose();
        await AssertReadsAsync(ends.Reader, 1);
        await ends.Reader.Completion.Done();
    }

    [TestMethod]
    [DataRow("reader")]
    [DataRow("channel")]
    [DataRow("abort")]
    public async Task Dispose_ReadersContinuationBlocks_ReturnsBeforeIt(string what)
    {
        await using LinkEnds<int, NoItem> ends = await OpenOneWayAsync<int>();
        ValueTask<int> read = ends.Reader.ReadAsync();
        Action end = what switch
        {
            "reader" => ends.Reader.Dispose,
            "channel" => ends.Second.Dispose,
            _ => () => ends.Second.Abort(),
        };
        await AssertRunsElsewhereAsync(read.GetAwaiter().OnCompleted, end);
        Assert.ThrowsExactly<ChannelClosedException>(() => read.GetAwaiter().GetResult());
    }
}
