using System.Threading.Channels;

#pragma warning disable VSTHRD103 // Complete() does not block: it queues.

namespace CrossChannels.Tests.Reconnecting;

/// <summary>Writers whose hub is killed and comes back, or does not.</summary>
[TestClass]
public sealed class ReconnectingWriterTests
{
    /// <summary>A hub that stands still receives nothing, and what was written to it meanwhile dies with it.</summary>
    [TestMethod]
    public async Task Unreceived_IsReportedOnce()
    {
        await using RestartedHub hub = await RestartedHub.StartAsync();
        var reconnections = Channel.CreateUnbounded<Reconnection>();
        await using CrossChannelWriter<string> writer = await CrossChannel.OpenWriterAsync<string>(
            hub.Of("texts"), connection: hub.Reconnecting(reconnected: one => Assert.IsTrue(reconnections.Writer.TryWrite(one)))).Done();
        await writer.WriteAsync("received").Done();
        await writer.FlushAsync().Done();
        await Signals.StopAsync(hub.Process);
        for (int i = 0; i < 3; i++)
            await writer.WriteAsync($"lost {i}").Done();
        Assert.AreEqual(3, writer.UnreceivedCount);
        Task flush = writer.FlushAsync().AsTask();
        await hub.KillAsync();
        await hub.RestartAsync();
        Assert.AreEqual(3, (await flush.Fails<ConnectionLostException>()).UnreceivedCount);
        Assert.AreEqual(0, writer.UnreceivedCount);
        Assert.AreEqual(3, (await reconnections.Reader.ReadAsync().Done()).Lost.UnreceivedCount);
        await writer.WriteAsync("after").Done();
        await writer.FlushAsync().Done();
        CollectionAssert.AreEqual(new[] { "after" }, await TakeAsync<string>(hub.Of("texts"), 1));
        Assert.IsNull(writer.Ending);
        Assert.AreEqual(0, await writer.CloseAsync().Done());
    }

    [TestMethod]
    public async Task Unreceived_IsSentAgain_InOrder_BeforeWhatIsWrittenLater()
    {
        await using RestartedHub hub = await RestartedHub.StartAsync();
        await using CrossChannelWriter<string?> writer = await CrossChannel.OpenWriterAsync<string?>(hub.Of("texts"), connection: hub.Reconnecting(resends: true)).Done();
        await writer.WriteAsync("received").Done();
        await writer.FlushAsync().Done();
        await Signals.StopAsync(hub.Process);
        await writer.WriteAsync("1").Done();
        await writer.WriteAsync(null).Done();
        // More than a socket takes, so that some of it has not left.
        string large = new('x', 300_000);
        for (int i = 0; i < 10; i++)
            await writer.WriteAsync(large).Done();
        Task flush = writer.FlushAsync().AsTask();
        await hub.KillAsync();
        Task later = writer.WriteAsync("later").AsTask();
        await hub.RestartAsync();
        await flush.Done();
        await later.Done();
        string?[] expected = ["1", null, .. Enumerable.Repeat(large, 10), "later"];
        CollectionAssert.AreEqual(expected, await TakeAsync<string?>(hub.Of("texts"), expected.Length));
        Assert.AreEqual(0, await writer.CloseAsync().Done());
    }

    [TestMethod]
    public async Task Unreceived_IsSentAgain_ToTheSecondHubThatComes()
    {
        await using RestartedHub hub = await RestartedHub.StartAsync();
        await using CrossChannelWriter<long> writer = await CrossChannel.OpenWriterAsync<long>(hub.Of("longs"), connection: hub.Reconnecting(resends: true)).Done();
        await writer.WriteAsync(-1).Done();
        await writer.FlushAsync().Done();
        for (int round = 0; round < 3; round++)
        {
            await Signals.StopAsync(hub.Process);
            await writer.WriteManyAsync(Enumerable.Range(round * 100, 100).Select(static item => (long)item).ToArray()).Done();
            await hub.KillAsync();
            await hub.RestartAsync();
            await writer.FlushAsync().Done();
            CollectionAssert.AreEqual(Enumerable.Range(round * 100, 100).Select(static item => (long)item).ToArray(), await TakeAsync<long>(hub.Of("longs"), 100));
        }
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task PublishAsync_HubIsRestarted_TheNextOneHasTheItem(bool resends)
    {
        await using RestartedHub hub = await RestartedHub.StartAsync();
        await using CrossChannelWriter<string> writer = await CrossChannel.OpenWriterAsync<string>(hub.Of("texts"), connection: hub.Reconnecting(resends)).Done();
        await writer.PublishAsync("received").Done();
        await Signals.StopAsync(hub.Process);
        Task[] publishing = [writer.PublishAsync("1").AsTask(), writer.PublishAsync("2").AsTask()];
        await hub.KillAsync();
        await hub.RestartAsync();
        await Task.WhenAll(publishing).Done();
        CollectionAssert.AreEquivalent(new[] { "1", "2" }, await TakeAsync<string>(hub.Of("texts"), 2));
    }

    /// <summary>What the hub had received is not sent again: its last word had come.</summary>
    [TestMethod]
    public async Task Received_IsNotSentAgain()
    {
        await using RestartedHub hub = await RestartedHub.StartAsync();
        await using CrossChannelWriter<long> writer = await CrossChannel.OpenWriterAsync<long>(hub.Of("longs"), connection: hub.Reconnecting(resends: true)).Done();
        for (long item = 0; item < 1000; item++)
            await writer.WriteAsync(item).Done();
        await writer.FlushAsync().Done();
        await hub.KillAsync();
        await hub.RestartAsync();
        await writer.WriteAsync(1000).Done();
        CollectionAssert.AreEqual(new[] { 1000L }, await TakeAsync<long>(hub.Of("longs"), 1));
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task BlockedWrites_AreNotAccepted_AndGoToTheNextHub(bool resends)
    {
        await using RestartedHub hub = await RestartedHub.StartAsync();
        await using CrossChannelWriter<long> writer = await CrossChannel.OpenWriterAsync<long>(hub.Of("narrow"), connection: hub.Reconnecting(resends)).Done();
        await writer.WriteAsync(1).Done();
        await writer.FlushAsync().Done();
        Task blocked = writer.WriteAsync(2).AsTask();
        Task<bool> wait = writer.WaitToWriteAsync().AsTask();
        Assert.IsFalse(writer.TryWrite(-1));
        await hub.KillAsync();
        await hub.RestartAsync();
        await using CrossChannelReader<long> reader = await CrossChannel.OpenReaderAsync<long>(hub.Of("narrow")).Done();
        await blocked.Done();
        Assert.AreEqual(2, await reader.ReadAsync().Done());
        Assert.IsTrue(await wait.Done());
        Task many = writer.WriteManyAsync(new long[] { 3, 4, 5 }).AsTask();
        for (long item = 3; item <= 5; item++)
            Assert.AreEqual(item, await reader.ReadAsync().Done());
        await many.Done();
    }

    [TestMethod]
    public async Task WriteManyAsync_HubIsRestartedInTheMiddle_GoesOnWhereItWas()
    {
        await using RestartedHub hub = await RestartedHub.StartAsync();
        await using CrossChannelWriter<long> writer = await CrossChannel.OpenWriterAsync<long>(hub.Of("narrow"), connection: hub.Reconnecting()).Done();
        Task many = writer.WriteManyAsync(new long[] { 1, 2, 3, 4 }).AsTask();
        CollectionAssert.AreEqual(new[] { 1L }, await TakeAsync<long>(hub.Of("narrow"), 1));
        await hub.KillAsync();
        await hub.RestartAsync();
        await using CrossChannelReader<long> reader = await CrossChannel.OpenReaderAsync<long>(hub.Of("narrow")).Done();
        long last = 0;
        while (last < 4)
        {
            long item = await reader.ReadAsync().Done();
            Assert.IsGreaterThan(Math.Max(last, 1), item);
            last = item;
        }
        await many.Done();
    }

    [TestMethod]
    public async Task HubStaysAway_TheWriterIsLost_WithWhatItHad()
    {
        await using RestartedHub hub = await RestartedHub.StartAsync();
        await using CrossChannelWriter<long> writer = await CrossChannel.OpenWriterAsync<long>(
            hub.Of("narrow"), connection: hub.Reconnecting(giveUpAfter: TimeSpan.FromMilliseconds(300))).Done();
        await writer.WriteAsync(1).Done();
        await writer.FlushAsync().Done();
        Task write = writer.WriteAsync(2).AsTask();
        Task<bool> wait = writer.WaitToWriteAsync().AsTask();
        Task many = writer.WriteManyAsync(new long[] { 3 }).AsTask();
        await hub.KillAsync();
        ConnectionLostException lost = Assert.IsInstanceOfType<ConnectionLostException>((await write.Fails<ChannelClosedException>()).InnerException);
        StringAssert.Contains(lost.Message, "GiveUpAfter");
        Assert.AreSame(lost, await wait.Fails<ConnectionLostException>());
        PartialWriteException partial = await many.Fails<PartialWriteException>();
        Assert.AreEqual((0, lost), (partial.AcceptedCount, partial.InnerException));
        Assert.AreSame(lost, await writer.FlushAsync().Fails<ConnectionLostException>());
        Assert.AreSame(lost, await writer.JoinAsync().Fails<ConnectionLostException>());
        Assert.AreEqual(EndingKind.ConnectionLost, (await writer.Ended.Done()).Kind);
        Assert.IsFalse(writer.TryWrite(4));
        Assert.IsFalse(writer.TryComplete());
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task HubStaysAway_CloseTellsWhatWasNotReceived(bool resends)
    {
        await using RestartedHub hub = await RestartedHub.StartAsync();
        CrossChannelWriter<long> writer = await CrossChannel.OpenWriterAsync<long>(hub.Of("longs"), connection: hub.Reconnecting(resends)).Done();
        await writer.WriteAsync(0).Done();
        await writer.FlushAsync().Done();
        await Signals.StopAsync(hub.Process);
        await writer.WriteManyAsync(new long[] { 1, 2, 3 }).Done();
        await hub.KillAsync();
        Task blocked = writer.FlushAsync().AsTask();
        Assert.AreEqual(3, await writer.CloseAsync(TimeSpan.FromMilliseconds(100)).Done() + (resends ? 0 : await ReportedAsync(blocked)));
        Assert.AreEqual(EndingKind.WriterLeft, writer.Ending!.Kind);
        await writer.WriteAsync(4).Fails<ChannelClosedException>();
    }

    [TestMethod]
    public async Task HubIsAway_CallsCanBeCanceled()
    {
        await using RestartedHub hub = await RestartedHub.StartAsync();
        await using CrossChannelWriter<long> writer = await CrossChannel.OpenWriterAsync<long>(hub.Of("longs"), connection: hub.Reconnecting()).Done();
        await hub.KillAsync();
        await Wait.Until(() => !writer.TryWrite(1) || writer.UnreceivedCount > 100);
        using var source = new CancellationTokenSource();
        Task write = writer.WriteAsync(1, source.Token).AsTask();
        Task many = writer.WriteManyAsync(new long[] { 1, 2 }, source.Token).AsTask();
        Task<bool> wait = writer.WaitToWriteAsync(source.Token).AsTask();
        Task join = writer.JoinAsync(source.Token).AsTask();
        await source.CancelAsync();
        await write.Fails<OperationCanceledException>();
        Assert.AreEqual(0, (await many.Fails<PartialWriteCanceledException>()).AcceptedCount);
        await wait.Fails<OperationCanceledException>();
        await join.Fails<Exception>();
    }

    /// <summary>Readers of the next hub must hear of an end that the last one has forgotten.</summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task Completed_BeforeTheHubHadReadersForIt_IsCompletedAtTheNextOne(bool isAway)
    {
        await using RestartedHub hub = await RestartedHub.StartAsync();
        await using CrossChannelWriter<long> writer = await CrossChannel.OpenWriterAsync<long>(hub.Of("longs"), connection: hub.Reconnecting()).Done();
        await writer.WriteAsync(1).Done();
        await writer.FlushAsync().Done();
        if (isAway)
        {
            int ended = hub.Log.Count("Ended");
            await hub.KillAsync();
            // More often than once if the system still took a connection for the process that dies.
            await Wait.Until(() => hub.Log.Count("Ended") > ended);
        }
        Assert.IsTrue(writer.TryComplete());
        Assert.IsFalse(writer.TryComplete());
        Assert.AreEqual(EndingKind.Completed, (await writer.Ended.Done()).Kind);
        await writer.WriteAsync(2).Fails<ChannelClosedException>();
        if (!isAway)
            await hub.KillAsync();
        await hub.RestartAsync();
        await using CrossChannelReader<long> reader = await CrossChannel.OpenReaderAsync<long>(hub.Of("longs")).Done();
        await reader.Completion.Done();
    }

    [TestMethod]
    public async Task Completed_AndNotReceived_IsSentAgain_ByDisposal()
    {
        await using RestartedHub hub = await RestartedHub.StartAsync();
        CrossChannelWriter<long> writer = await CrossChannel.OpenWriterAsync<long>(hub.Of("longs"), connection: hub.Reconnecting(resends: true)).Done();
        await writer.WriteAsync(0).Done();
        await writer.FlushAsync().Done();
        await Signals.StopAsync(hub.Process);
        await writer.WriteAsync(1).Done();
        writer.Complete();
        Task<long> close = writer.CloseAsync(Timeout.InfiniteTimeSpan).AsTask();
        await hub.KillAsync();
        await hub.RestartAsync();
        Assert.AreEqual(0, await close.Done());
        await using CrossChannelReader<long> reader = await CrossChannel.OpenReaderAsync<long>(hub.Of("longs")).Done();
        Assert.AreEqual(1, await reader.ReadAsync().Done());
        await reader.Completion.Done();
    }

    /// <summary>Whoever comes first gets the loss: a flush that is pending, or the close.</summary>
    private static async Task<long> ReportedAsync(Task flush)
    {
        try
        {
            await flush.Done();
            return 0;
        }
        catch (ConnectionLostException e)
        {
            return e.UnreceivedCount;
        }
        catch (ChannelClosedException)
        {
            return 0;
        }
    }

    private static async Task<T[]> TakeAsync<T>(string address, int count)
    {
        await using CrossChannelReader<T> reader = await CrossChannel.OpenReaderAsync<T>(address).Done();
        var items = new T[count];
        for (int i = 0; i < count; i++)
            items[i] = await reader.ReadAsync().Done();
        return items;
    }
}
