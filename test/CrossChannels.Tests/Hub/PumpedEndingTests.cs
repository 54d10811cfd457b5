using System.Threading.Channels;

namespace CrossChannels.Tests.Hub;

/// <summary>Who ends a channel that drops or orders, and who learns it.</summary>
[TestClass]
public sealed class PumpedEndingTests
{
    private static readonly UnboundedPrioritizedChannelOptions<int> s_ordered = new();

    [TestMethod]
    public async Task AnyWriter_OneCompletes_TheOthersLearnIt_AndWhatTheyHadAcceptedCounts()
    {
        await using PumpedHub<int> hub = await PumpedHub.StartAsync<int>(s_ordered);
        await using DuplexChannel<int, NoItem> first = await hub.OpenWriterAsync();
        await using DuplexChannel<int, NoItem> second = await hub.OpenWriterAsync();
        await second.Writer.WriteManyAsync((int[])[7, 8, 9]).Done();
        await first.Writer.WriteAsync(1).Done();
        first.Writer.Complete();
        Assert.IsFalse(await WaitUntilClosedAsync(second.Writer).Done());
        Assert.AreEqual(EndingKind.Completed, second.Writer.Ending?.Kind);
        await Assert.ThrowsExactlyAsync<ChannelClosedException>(() => second.Writer.WriteAsync(10).Done());
        Assert.IsFalse(hub.Writer.TryWrite(11));
        Assert.AreEqual(4, (await ChannelCore.ReadAllAsync(hub.Reader).Done()).Count);
        Assert.AreEqual(EndingKind.Completed, hub.Reader.Ending?.Kind);
        await Assert.ThrowsExactlyAsync<LinkRefusedException>(() => hub.OpenWriterAsync());
    }

    [TestMethod]
    public async Task Owner_CompletesWithAnError_RemoteWritersGetIt()
    {
        await using PumpedHub<int> hub = await PumpedHub.StartAsync<int>(s_ordered);
        await using DuplexChannel<int, NoItem> remote = await hub.OpenWriterAsync();
        Assert.IsTrue(hub.Writer.TryComplete(new FormatException("broken")));
        RemoteChannelException error = await Assert.ThrowsExactlyAsync<RemoteChannelException>(() => WaitUntilClosedAsync(remote.Writer).Done());
        Assert.AreEqual("broken", error.RemoteMessage);
        await Assert.ThrowsExactlyAsync<FormatException>(() => hub.Reader.Completion.Done());
    }

    [TestMethod]
    public async Task OwnerPolicy_RemoteComplete_EndsNothing()
    {
        await using PumpedHub<int> hub = await StartAsync(CompletionPolicy.Owner);
        await using (DuplexChannel<int, NoItem> remote = await hub.OpenWriterAsync())
        {
            await remote.Writer.WriteAsync(1).Done();
            remote.Writer.Complete();
        }
        Assert.AreEqual(1, await hub.Reader.ReadAsync().Done());
        Assert.IsTrue(hub.Writer.TryWrite(2));
        Assert.IsTrue(hub.Reader.TryRead(out _));
        hub.Writer.Complete();
        await hub.Reader.Completion.Done();
    }

    [TestMethod]
    public async Task LastWriter_OneLeavesWithoutCompleting_ReadersFaultWithItsName()
    {
        await using PumpedHub<int> hub = await StartAsync(CompletionPolicy.LastWriter(2));
        await using DuplexChannel<NoItem, int> reader = await hub.OpenReaderAsync();
        await using (DuplexChannel<int, NoItem> completing = await hub.OpenWriterAsync())
        {
            await completing.Writer.WriteAsync(1).Done();
            completing.Writer.Complete();
        }
        await using (DuplexChannel<int, NoItem> leaving = await hub.OpenWriterAsync())
            await leaving.Writer.WriteAsync(2).Done();
        Assert.AreEqual(3, await reader.Reader.ReadAsync().Done() + await reader.Reader.ReadAsync().Done());
        WritersLostException remote = await Assert.ThrowsExactlyAsync<WritersLostException>(() => reader.Reader.Completion.Done());
        Assert.HasCount(1, remote.Lost);
        Assert.AreEqual((0, EndingKind.WriterLeft), (remote.Missing, reader.Reader.Ending?.Kind));
        WritersLostException lost = await Assert.ThrowsExactlyAsync<WritersLostException>(() => hub.Reader.Completion.Done());
        Assert.HasCount(1, lost.Lost);
        Assert.AreEqual(EndingKind.WriterLeft, hub.Reader.Ending?.Kind);
    }

    [TestMethod]
    public async Task Abort_WritersLearnTheReason_ReadersAnAbortedLink()
    {
        await using PumpedHub<int> hub = await PumpedHub.StartAsync<int>(s_ordered);
        await using DuplexChannel<int, NoItem> writer = await hub.OpenWriterAsync();
        await using DuplexChannel<NoItem, int> reader = await hub.OpenReaderAsync();
        Task<int> read = reader.Reader.ReadAsync().AsTask();
        await writer.Writer.WriteAsync(1).Done();
        Assert.AreEqual(1, await read.Done());
        await writer.Writer.WriteAsync(2).Done();
        Task join = writer.Writer.JoinAsync().AsTask();
        await hub.Reader.CloseAsync("enough").Done();
        Assert.AreEqual("enough", (await Assert.ThrowsExactlyAsync<ReaderClosedException>(() => WaitUntilClosedAsync(writer.Writer).Done())).Reason);
        await Assert.ThrowsExactlyAsync<ReaderClosedException>(() => join.Done());
        LinkAbortedException aborted = await Assert.ThrowsExactlyAsync<LinkAbortedException>(() => reader.Reader.Completion.Done());
        StringAssert.Contains(aborted.Message, "enough");
    }

    [TestMethod]
    public async Task CloseAsync_RemoteReaderDrains()
    {
        await using PumpedHub<int> hub = await PumpedHub.StartAsync<int>(s_ordered);
        await using DuplexChannel<NoItem, int> reader = await hub.OpenReaderAsync();
        hub.Writer.TryWriteMany([3, 1, 2]);
        hub.Writer.Complete();
        Task<long> closing = hub.Channel.CloseAsync(Wait.Deadline).AsTask();
        Assert.AreEqual("1 2 3", string.Join(' ', await ChannelCore.ReadAllAsync(reader.Reader).Done()));
        Assert.AreEqual(0, await closing.Done());
    }

    [TestMethod]
    public async Task CloseAsync_TheReaderGoesAwayInstead_CountsTheRest()
    {
        await using PumpedHub<int> hub = await PumpedHub.StartAsync<int>(s_ordered);
        DuplexChannel<NoItem, int> reader = await hub.OpenReaderAsync();
        hub.Writer.TryWriteMany([3, 1, 2]);
        Assert.AreEqual(1, await reader.Reader.ReadAsync().Done());
        Task<long> closing = hub.Channel.CloseAsync(Wait.Deadline).AsTask();
        await reader.DisposeAsync().Done();
        Assert.AreEqual(2, await closing.Done());
    }

    [TestMethod]
    public async Task CloseAsync_CompletedButNotDrained_ReaderDoesNotSeeACleanEnd()
    {
        await using PumpedHub<int> hub = await PumpedHub.StartAsync<int>(s_ordered);
        await using DuplexChannel<NoItem, int> reader = await hub.OpenReaderAsync();
        hub.Writer.TryWriteMany([3, 1]);
        hub.Writer.Complete();
        Assert.AreEqual(2, await hub.Channel.CloseAsync(TimeSpan.Zero).Done());
        await Assert.ThrowsExactlyAsync<LinkAbortedException>(() => reader.Reader.Completion.Done());
    }

    [TestMethod]
    public async Task CloseAsync_NotCompleted_ReaderDrains_AndBothEndsLearnThatTheOwnerLeft()
    {
        var log = new LogList();
        await using PumpedHub<int> hub = await PumpedHub.StartAsync<int>(s_ordered, hub: new() { Connection = new() { Logger = log } });
        await using DuplexChannel<NoItem, int> reader = await hub.OpenReaderAsync();
        await using DuplexChannel<int, NoItem> writer = await hub.OpenWriterAsync();
        hub.Writer.TryWriteMany([3, 1]);
        Task<long> closing = hub.Channel.CloseAsync(Wait.Deadline).AsTask();
        OwnerLeftException atWriter = await Assert.ThrowsExactlyAsync<OwnerLeftException>(() => WaitUntilClosedAsync(writer.Writer).Done());
        Assert.AreEqual((2, EndingKind.OwnerLeft), (atWriter.UnreadCount, writer.Writer.Ending?.Kind));
        Assert.AreEqual(EndingKind.OwnerLeft, hub.Writer.Ending?.Kind);
        Assert.AreEqual(1, await reader.Reader.ReadAsync().Done());
        Assert.AreEqual(3, await reader.Reader.ReadAsync().Done());
        OwnerLeftException atReader = await Assert.ThrowsExactlyAsync<OwnerLeftException>(() => reader.Reader.Completion.Done());
        Assert.AreEqual((0, EndingKind.OwnerLeft, "items"), (atReader.UnreadCount, reader.Reader.Ending?.Kind, atReader.Channel));
        Assert.AreEqual(0, await closing.Done());
        await Assert.ThrowsExactlyAsync<OwnerLeftException>(() => hub.Reader.Completion.Done());
        Assert.AreEqual(1, log.Count("OwnerLeft"));
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task CloseAsync_NotCompleted_NoTimeToDrain_ReaderLearnsHowManyAreLeft(bool hasOneUnread)
    {
        await using PumpedHub<int> hub = await PumpedHub.StartAsync<int>(new BoundedChannelOptions(9) { FullMode = BoundedChannelFullMode.DropOldest });
        await using DuplexChannel<NoItem, int> reader = await hub.OpenReaderAsync();
        Task<bool>? wait = hasOneUnread ? reader.Reader.WaitToReadAsync().AsTask() : null;
        hub.Writer.TryWriteMany([3, 1]);
        if (wait is not null)
            Assert.IsTrue(await wait.Done());
        Assert.AreEqual(2, await hub.Channel.CloseAsync(TimeSpan.Zero).Done());
        if (hasOneUnread)
            Assert.AreEqual(3, await reader.Reader.ReadAsync().Done());
        OwnerLeftException left = await Assert.ThrowsExactlyAsync<OwnerLeftException>(() => reader.Reader.Completion.Done());
        Assert.AreEqual(2, left.UnreadCount);
    }

    [TestMethod]
    public async Task Processes_WriterIsKilled_LastWriterFaults_DropModeKeepsTheNewest()
    {
        await using PumpedHub<int> hub = await PumpedHub.StartAsync<int>(
            new BoundedChannelOptions(3) { FullMode = BoundedChannelFullMode.DropOldest },
            sharing: new() { Completion = CompletionPolicy.LastWriter(1) },
            address: ChannelAddress.Local($"pumped-{Guid.NewGuid():N}"));
        await using ChildProcess child = ChildProcess.Start("write-shared", hub.Address.ToString(), "10", "hang");
        Assert.AreEqual("flushed", await child.ReadLineAsync());
        await child.KillAsync();
        WritersLostException? lost = null;
        List<int> read = [];
        try
        {
            await Wait.Until(() => hub.Writer.Ending is not null);
            await foreach (int item in hub.Reader.ReadAllAsync())
                read.Add(item);
        }
        catch (WritersLostException e)
        {
            lost = e;
        }
        Assert.AreEqual("3 2 1", string.Join(' ', read));
        StringAssert.Contains(lost!.Lost.Single(), $"{child.Id}");
    }

    [TestMethod]
    public async Task Processes_PrioritizedFromOneToAnother()
    {
        await using PumpedHub<int> hub = await PumpedHub.StartAsync<int>(s_ordered, address: ChannelAddress.Local($"pumped-{Guid.NewGuid():N}"));
        await using ChildProcess writer = ChildProcess.Start("write-shared", hub.Address.ToString(), "4", "complete");
        Assert.AreEqual(0, await writer.WaitForExitAsync());
        await Wait.Until(() => hub.Writer.Ending is not null);
        await using ChildProcess reader = ChildProcess.Start("read-shared", hub.Address.ToString());
        Assert.AreEqual("open", await reader.ReadLineAsync());
        Assert.AreEqual(4, hub.Reader.Count);
        foreach (string expected in (string[])["1", "2", "3", "4", "over"])
        {
            await reader.SayAsync("next");
            Assert.AreEqual(expected, await reader.ReadLineAsync());
        }
        Assert.AreEqual(0, await reader.FinishAsync());
    }

    private static Task<PumpedHub<int>> StartAsync(CompletionPolicy policy) =>
        PumpedHub.StartAsync<int>(s_ordered, sharing: new() { Completion = policy });

    /// <summary>Room never lacks, so that only the end makes a wait anything but true.</summary>
    private static async Task<bool> WaitUntilClosedAsync(CrossChannelWriter<int> writer)
    {
        await Wait.Until(() => writer.Ending is not null);
        return await writer.WaitToWriteAsync();
    }
}
