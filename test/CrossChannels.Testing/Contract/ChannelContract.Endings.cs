using System.Threading.Channels;

namespace CrossChannels.Testing;

public abstract partial class ChannelContract
{
    [TestMethod]
    public async Task Ending_Completed()
    {
        await using LinkEnds<int, NoItem> ends = await OpenOneWayAsync<int>();
        await ends.Writer.WriteAsync(1).Done();
        Assert.IsNull(ends.Writer.Ending);
        ends.Writer.Complete();
        Assert.AreEqual(new Ending(EndingKind.Completed), ends.Writer.Ending);
        Assert.IsTrue(await ends.Reader.WaitToReadAsync().Done());
        Assert.IsNull(ends.Reader.Ending);
        await AssertReadsAsync(ends.Reader, 1);
        await ends.Reader.Completion.Done();
        Assert.AreEqual(new Ending(EndingKind.Completed), ends.Reader.Ending);
    }

    [TestMethod]
    public async Task Ending_CompletedWithError()
    {
        await using LinkEnds<int, NoItem> ends = await OpenOneWayAsync<int>();
        var error = new FormatException("broken");
        ends.Writer.Complete(error);
        Assert.AreEqual(new Ending(EndingKind.Faulted, error), ends.Writer.Ending);
        Exception seen = await Throws<RemoteChannelException>(ends.Reader.Completion);
        AssertError(error, seen);
        Assert.AreEqual(new Ending(EndingKind.Faulted, seen), ends.Reader.Ending);
        Assert.IsNull(seen.InnerException);
    }

    [TestMethod]
    public async Task Ending_CompletedAsCanceled_HasNoTokenAtTheReader()
    {
        await using LinkEnds<int, NoItem> ends = await OpenOneWayAsync<int>();
        ends.Writer.Complete(new OperationCanceledException(new CancellationToken(true)));
        await Throws<OperationCanceledException>(ends.Reader.Completion);
        Assert.AreEqual(EndingKind.Faulted, ends.Reader.Ending!.Kind);
        OperationCanceledException wait = await Throws<OperationCanceledException, bool>(ends.Reader.WaitToReadAsync());
        Assert.AreEqual(CancellationToken.None, wait.CancellationToken);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task Ending_WriterLeft(bool wholeChannel)
    {
        await using LinkEnds<int, NoItem> ends = await OpenOneWayAsync<int>();
        await ends.Writer.WriteAsync(1).Done();
        if (wholeChannel)
            await ends.First.DisposeAsync().Done();
        else
            Assert.AreEqual(0, await ends.Writer.CloseAsync().Done());
        Assert.AreEqual(EndingKind.WriterLeft, ends.Writer.Ending!.Kind);
        Assert.IsFalse(ends.Writer.TryWrite(2));
        await Throws<ChannelClosedException>(ends.Writer.WriteAsync(2));
        Assert.IsFalse(await ends.Writer.WaitToWriteAsync().Done());
        await AssertReadsAsync(ends.Reader, 1);
        WriterLeftException left = await Throws<WriterLeftException>(ends.Reader.Completion);
        StringAssert.Contains(left.Message, "Complete()");
        Assert.AreEqual(new Ending(EndingKind.WriterLeft, left), ends.Reader.Ending);
        Assert.AreSame(left, (await Throws<ChannelClosedException, int>(ends.Reader.ReadAsync())).InnerException);
        Assert.AreSame(left, await Throws<WriterLeftException, bool>(ends.Reader.WaitToReadAsync()));
    }

    [TestMethod]
    [DataRow(null)]
    [DataRow("enough is enough")]
    public async Task Ending_ReaderClosed(string? reason)
    {
        await using LinkEnds<int, NoItem> ends = await OpenOneWayAsync<int>(new BoundedChannelOptions(1));
        await ends.Writer.WriteAsync(1).Done();
        await ends.ArriveAsync();
        Task write = ends.Writer.WriteAsync(2).AsTask();
        Task<bool> wait = ends.Writer.WaitToWriteAsync().AsTask();
        Task join = ends.Writer.JoinAsync().AsTask();
        await ends.Reader.CloseAsync(reason).Done();
        ReaderClosedException closed = await Throws<ReaderClosedException>(wait);
        Assert.AreSame(closed, (await Throws<ChannelClosedException>(write)).InnerException);
        Assert.AreSame(closed, await Throws<ReaderClosedException>(join));
        Assert.AreEqual(reason, closed.Reason);
        Assert.AreEqual(EndingKind.ReaderClosed, ends.Writer.Ending!.Kind);
        Assert.AreSame(closed, ends.Writer.Ending.Cause);
        Assert.IsFalse(ends.Writer.TryWrite(3));
        // A writer that completes what it began does not fail because its reader was faster; only a second completion of its own is one too many.
        ends.Writer.Complete();
        Assert.IsFalse(ends.Writer.TryComplete());
        Assert.AreSame(closed, (await Throws<ChannelClosedException>(ends.Writer.WriteAsync(3))).InnerException);

        Assert.AreEqual(EndingKind.ReaderClosed, ends.Reader.Ending!.Kind);
        Assert.IsFalse(ends.Reader.TryRead(out _));
        await Throws<ChannelClosedException, int>(ends.Reader.ReadAsync());
    }

    [TestMethod]
    public async Task CloseAsync_ReaderWithPendingReads_EndsThem()
    {
        await using LinkEnds<int, NoItem> ends = await OpenOneWayAsync<int>();
        Task<int> read = ends.Reader.ReadAsync().AsTask();
        Task<bool> wait = ends.Reader.WaitToReadAsync().AsTask();
        await ends.Reader.CloseAsync().Done();
        await Throws<ChannelClosedException>(read);
        await Throws<ReaderClosedException>(wait);
    }

    [TestMethod]
    public async Task CloseAsync_ReaderWithLongReason_CutsIt()
    {
        await using LinkEnds<int, NoItem> ends = await OpenOneWayAsync<int>();
        await ends.Reader.CloseAsync(new string('é', 5000)).Done();
        ReaderClosedException closed = await Throws<ReaderClosedException, bool>(WaitUntilClosedAsync());
        Assert.IsTrue(closed.Reason!.Length is > 500 and <= 1024);

        async ValueTask<bool> WaitUntilClosedAsync()
        {
            await ends.Second.Reader.CloseAsync();
            while (await ends.Writer.WaitToWriteAsync())
                await Task.Yield();
            return false;
        }
    }

    /// <summary>A reader may stop in the middle of a channel that is complete, as one that breaks out of a loop does.</summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task CloseAsync_ReaderOfACompletedChannelWithItemsLeft_IsNoViolation(bool wholeChannel)
    {
        var log = new LogList();
        await using LinkEnds<int, NoItem> ends = await OpenOneWayAsync<int>(link: new() { Logger = log });
        await ends.Writer.WriteManyAsync(new[] { 1, 2, 3, 4, 5 }).Done();
        ends.Writer.Complete();
        Task join = ends.Writer.JoinAsync().AsTask();
        await Wait.Until(() => ends.Reader.Count == 5);
        await AssertReadsAsync(ends.Reader, 1, 2);
        if (wholeChannel)
            await ends.Second.DisposeAsync().Done();
        else
            await ends.Reader.CloseAsync().Done();
        await Throws<ReaderClosedException>(join);
        Assert.AreEqual(new Ending(EndingKind.Completed), ends.Writer.Ending);
        Assert.AreEqual(0, ends.Reader.Count);
        await ends.DisposeAsync();
        Assert.AreEqual(0, log.Count("Ended"), $"{(log.Count("Ended") > 0 ? log.ErrorOf("Ended") : null)}");
    }

    [TestMethod]
    public async Task Ending_Aborted_IsSeenByBoth()
    {
        await using LinkEnds<int, int> ends = await OpenAsync<int, int>();
        await ends.Writer.WriteAsync(1).Done();
        await ends.ArriveAsync();
        Task<int> read = ends.First.Reader.ReadAsync().AsTask();
        ends.First.Abort("no more of this");
        Assert.IsInstanceOfType<LinkAbortedException>((await Throws<ChannelClosedException>(read)).InnerException);
        Assert.AreEqual(EndingKind.Aborted, ends.First.Writer.Ending!.Kind);
        await AssertReadsAsync(ends.Reader, 1);
        LinkAbortedException aborted = await Throws<LinkAbortedException>(ends.Reader.Completion);
        StringAssert.Contains(aborted.Message, "no more of this");
        Assert.AreEqual(new Ending(EndingKind.Aborted, aborted), ends.Reader.Ending);
        Assert.AreEqual(EndingKind.Aborted, ends.Second.Writer.Ending!.Kind);
        Assert.IsInstanceOfType<LinkAbortedException>((await Throws<ChannelClosedException>(ends.Second.Writer.WriteAsync(1))).InnerException);
    }

    [TestMethod]
    public async Task NoItem_Direction_IsOverFromTheStart()
    {
        await using LinkEnds<int, NoItem> ends = await OpenOneWayAsync<int>();
        CrossChannelReader<NoItem> reader = ends.First.Reader;
        CrossChannelWriter<NoItem> writer = ends.Second.Writer;
        await reader.Completion.Done();
        Assert.AreEqual(new Ending(EndingKind.Completed), reader.Ending);
        Assert.IsFalse(await reader.WaitToReadAsync().Done());
        Assert.IsFalse(reader.TryRead(out _));
        Assert.AreEqual(0, reader.Count);
        Assert.AreEqual(new Ending(EndingKind.Completed), writer.Ending);
        Assert.IsFalse(writer.TryWrite(default));
        Assert.IsFalse(writer.TryComplete());
        Assert.IsFalse(await writer.WaitToWriteAsync().Done());
        await writer.FlushAsync().Done();
        await writer.JoinAsync().Done();
        await writer.DisposeAsync().Done();
        await reader.DisposeAsync().Done();
        await ends.Writer.WriteAsync(1).Done();
        await AssertReadsAsync(ends.Reader, 1);
    }

    [TestMethod]
    public async Task Peer_IsKnownAfterTheGreeting()
    {
        await using LinkEnds<int, NoItem> ends = await OpenOneWayAsync<int>();
        foreach (PeerInfo? peer in (PeerInfo?[])[ends.First.Peer, ends.Second.Peer, await ends.First.WaitForPeerAsync().Done()])
        {
            Assert.IsNotNull(peer);
            Assert.AreEqual(Environment.ProcessId, peer.ProcessId);
            Assert.AreEqual(1, peer.ProtocolVersion);
            Assert.IsFalse(string.IsNullOrEmpty(peer.LibraryVersion));
            Assert.IsFalse(string.IsNullOrEmpty(peer.Endpoint));
        }
    }
}
