using System.Diagnostics.Metrics;
using System.Threading.Channels;
using CrossChannels.Tests.Injection;
using CrossChannels.Tests.Transports;

#pragma warning disable VSTHRD103 // Complete() does not block: it queues.

namespace CrossChannels.Tests.Reconnecting;

/// <summary>Readers whose hub is killed and comes back, or does not.</summary>
[TestClass]
public sealed class ReconnectingReaderTests
{
    [ThreadStatic]
    private static Action? t_parked;

    [TestMethod]
    public async Task HubIsRestarted_PendingCallsGoOn_AndTheGapIsTold()
    {
        await using RestartedHub hub = await RestartedHub.StartAsync();
        var reconnections = Channel.CreateUnbounded<Reconnection>();
        ConnectionOptions connection = hub.Reconnecting(reconnected: one => Assert.IsTrue(reconnections.Writer.TryWrite(one)));
        await using CrossChannelReader<string> reader = await CrossChannel.OpenReaderAsync<string>(hub.Of("texts"), connection: connection).Done();
        await WriteAsync(hub, "before");
        Assert.AreEqual("before", await reader.ReadAsync().Done());
        Assert.AreEqual(0, reader.GapCount);
        Task<string> read = reader.ReadAsync().AsTask();
        Task<int> readMany = reader.ReadManyAsync(new string[4]).AsTask();
        Task<bool> wait = reader.WaitToReadAsync().AsTask();
        await hub.KillAsync();
        await hub.RestartAsync();
        await WriteAsync(hub, "after 1", "after 2", "after 3");
        string first = await read.Done();
        StringAssert.StartsWith(first, "after");
        Assert.AreEqual(1, reader.GapCount);
        Assert.IsGreaterThanOrEqualTo(1, await readMany.Done());
        Assert.IsTrue(await wait.Done());
        Reconnection told = await reconnections.Reader.ReadAsync().Done();
        Assert.AreEqual((EndingKind.ConnectionLost, 0L, hub.Of("texts")), (told.Lost.Kind, told.Lost.UnreceivedCount, told.Address.ToString()));
        Assert.AreEqual(1, hub.Log.Count("Reconnected"));
        Assert.IsNull(reader.Ending);
        Assert.IsFalse(reader.Completion.IsCompleted);
    }

    /// <summary>A wait that is over before the call has returned gives its result once, to the caller.</summary>
    [TestMethod]
    [DoNotParallelize]
    [OSCondition(OperatingSystems.Linux)]
    public async Task WaitToRead_TheItemComesWhileTheCallIsMade_IsTrueOnce()
    {
        using IDisposable pause = FaultyExporter.Pause();
        await using SharedChannel<int> owner = await CrossChannel.CreateBoundedAsync<int>(ChannelAddress.SharedMemory(TransportTest.UniqueName()), 10).Done();
        await using CrossChannelReader<int> reader = await CrossChannel.OpenReaderAsync<int>(owner.Address, connection: new() { Reconnect = new() }).Done();
        int rung = 0;
        using var meter = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Name is "crosschannels.lane.parkings" or "crosschannels.lane.doorbells")
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        meter.SetMeasurementEventCallback<long>((instrument, _, _, _) =>
        {
            if (instrument.Name == "crosschannels.lane.doorbells")
                Interlocked.Increment(ref rung);
            else
                t_parked?.Invoke();
        });
        meter.Start();
        for (int i = 0; i < 20; i++)
        {
            // The wait is queued, and the call has not returned: the item comes now.
            t_parked = () =>
            {
                t_parked = null;
                int before = Volatile.Read(ref rung);
                Assert.IsTrue(owner.Writer.TryWrite(i));
                SpinWait.SpinUntil(() => Volatile.Read(ref rung) > before, Wait.Deadline);
                for (int yields = 0; yields < 100; yields++)
                    Thread.Yield();
            };
            ValueTask<bool> wait = reader.WaitToReadAsync();
            if (t_parked is not null)
            {
                // It was here to find out nothing: what is written now ends it.
                t_parked = null;
                Assert.IsTrue(owner.Writer.TryWrite(i));
            }
            Assert.IsTrue(await wait.Done());
            Assert.IsTrue(reader.TryRead(out int item));
            Assert.AreEqual(i, item);
        }
    }

    [TestMethod]
    public async Task WhatHadCome_IsReadBeforeTheGap()
    {
        await using RestartedHub hub = await RestartedHub.StartAsync();
        await using CrossChannelReader<string> reader = await CrossChannel.OpenReaderAsync<string>(hub.Of("texts"), connection: hub.Reconnecting()).Done();
        await WriteAsync(hub, "1", "2", "3");
        Assert.AreEqual("1", await reader.ReadAsync().Done());
        Assert.AreEqual("2", await reader.ReadAsync().Done());
        // A look asks for the next one too, which then is here.
        await Wait.Until(() => reader.TryPeek(out _));
        await hub.KillAsync();
        await hub.RestartAsync();
        Assert.AreEqual("3", await reader.ReadAsync().Done());
        Assert.AreEqual(0, reader.GapCount);
        await WriteAsync(hub, "after");
        Assert.AreEqual("after", await reader.ReadAsync().Done());
        Assert.AreEqual(1, reader.GapCount);
    }

    [TestMethod]
    public async Task OwnerLeaves_AndIsReplaced_TheReaderGoesOn_UntilItIsCompleted()
    {
        ChannelAddress address = ChannelAddress.Memory($"{Guid.NewGuid():N}");
        SharedChannel<int> first = await CrossChannel.CreateUnboundedAsync<int>(address).Done();
        var connection = new ConnectionOptions { Reconnect = new() { FirstDelay = TimeSpan.FromMilliseconds(1) } };
        await using CrossChannelReader<int> reader = await CrossChannel.OpenReaderAsync<int>(address, connection: connection).Done();
        Task<List<int>> all = ReadAllAsync(reader);
        await first.Writer.WriteAsync(1).Done();
        await first.DisposeAsync().Done();
        await using SharedChannel<int> second = await CrossChannel.CreateUnboundedAsync<int>(address).Done();
        await second.Writer.WriteAsync(2).Done();
        second.Writer.Complete();
        CollectionAssert.AreEqual(new[] { 1, 2 }, await all.Done());
        // An owner that is on its way out may let it in once more.
        Assert.IsGreaterThanOrEqualTo(1, reader.GapCount);
        Assert.AreEqual(EndingKind.Completed, reader.Ending!.Kind);
    }

    [TestMethod]
    public async Task HubStaysAway_TheReaderIsLost()
    {
        await using RestartedHub hub = await RestartedHub.StartAsync();
        await using CrossChannelReader<string> reader = await CrossChannel.OpenReaderAsync<string>(
            hub.Of("texts"), connection: hub.Reconnecting(giveUpAfter: TimeSpan.FromMilliseconds(300))).Done();
        Task<string> read = reader.ReadAsync().AsTask();
        Task<bool> wait = reader.WaitToReadAsync().AsTask();
        await hub.KillAsync();
        ConnectionLostException lost = Assert.IsInstanceOfType<ConnectionLostException>((await read.Fails<ChannelClosedException>()).InnerException);
        StringAssert.Contains(lost.Message, "GiveUpAfter");
        Assert.AreSame(lost, await wait.Fails<ConnectionLostException>());
        Assert.AreSame(lost, await reader.Completion.Fails<ConnectionLostException>());
        Assert.AreSame(lost, (await reader.ReadAsync().Fails<ChannelClosedException, string>()).InnerException);
        Assert.AreEqual((EndingKind.ConnectionLost, 0), (reader.Ending!.Kind, reader.GapCount));
        Assert.IsFalse(reader.TryRead(out _));
        Assert.AreEqual(1, hub.Log.Count("NotReconnected"));
    }

    [TestMethod]
    public async Task HubIsAway_CallsCanBeCanceled_AndClosingEndsThem()
    {
        await using RestartedHub hub = await RestartedHub.StartAsync();
        CrossChannelReader<string> reader = await CrossChannel.OpenReaderAsync<string>(hub.Of("texts"), connection: hub.Reconnecting()).Done();
        await hub.KillAsync();
        using var source = new CancellationTokenSource();
        Task<string> read = reader.ReadAsync(source.Token).AsTask();
        Task<int> readMany = reader.ReadManyAsync(new string[1], source.Token).AsTask();
        Task<bool> wait = reader.WaitToReadAsync(source.Token).AsTask();
        Task<string> uncanceled = reader.ReadAsync().AsTask();
        await source.CancelAsync();
        Assert.AreEqual(source.Token, (await read.Fails<OperationCanceledException>()).CancellationToken);
        await readMany.Fails<OperationCanceledException>();
        await wait.Fails<OperationCanceledException>();
        Assert.IsFalse(uncanceled.IsCompleted);
        await reader.DisposeAsync().Done();
        Assert.IsInstanceOfType<ReaderClosedException>((await uncanceled.Fails<ChannelClosedException>()).InnerException);
        Assert.AreEqual(EndingKind.ReaderClosed, reader.Ending!.Kind);
    }

    [TestMethod]
    public async Task Leases_OfALostHub_SaySoWhenTheyAreSettled()
    {
        await using RestartedHub hub = await RestartedHub.StartAsync();
        await using LeasedReader<long> reader = await CrossChannel.OpenLeasedReaderAsync<long>(hub.Of("work"), connection: hub.Reconnecting()).Done();
        await WriteAsync(hub, 1, 2);
        Lease<long> settled = await reader.ReadAsync().Done();
        await settled.CompleteAsync().Done();
        Lease<long> lease = await reader.ReadAsync().Done();
        Task<Lease<long>> next = reader.ReadAsync().AsTask();
        await hub.KillAsync();
        await hub.RestartAsync();
        await WriteAsync(hub, 3);
        Lease<long> after = await next.Done();
        Assert.AreEqual((3, 1), (after.Item, reader.GapCount));
        Assert.ThrowsExactly<ChannelClosedException>(lease.Complete);
        lease.Dispose();
        await after.CompleteAsync().Done();
    }

    [TestMethod]
    public async Task TaskDone_SaysOfEachLostLeaseThatItIs_AndThenGoesOnWithTheNextHub()
    {
        await using RestartedHub hub = await RestartedHub.StartAsync();
        await using LeasedReader<long> reader = await CrossChannel.OpenLeasedReaderAsync<long>(hub.Of("work"), connection: hub.Reconnecting()).Done();
        await WriteAsync(hub, 1, 2, 3);
        for (long item = 1; item <= 3; item++)
            Assert.AreEqual(item, (await reader.ReadAsync().Done()).Item);
        reader.TaskDone();
        Task<Lease<long>> next = reader.ReadAsync().AsTask();
        await hub.KillAsync();
        await hub.RestartAsync();
        await WriteAsync(hub, 4);
        Assert.AreEqual(4, (await next.Done()).Item);
        Assert.ThrowsExactly<ChannelClosedException>(reader.TaskDone);
        Assert.ThrowsExactly<ChannelClosedException>(reader.TaskDone);
        reader.TaskDone();
        Assert.ThrowsExactly<InvalidOperationException>(reader.TaskDone);
        await using CrossChannelWriter<long> writer = await CrossChannel.OpenWriterAsync<long>(hub.Of("work")).Done();
        await writer.JoinAsync().Done();
    }

    [TestMethod]
    public async Task Aborted_ByTheOwner_StaysOver()
    {
        ChannelAddress address = ChannelAddress.Memory($"{Guid.NewGuid():N}");
        await using SharedChannel<int> channel = await CrossChannel.CreateUnboundedAsync<int>(address).Done();
        await using CrossChannelReader<int> reader = await CrossChannel.OpenReaderAsync<int>(address, connection: new() { Reconnect = new() }).Done();
        channel.Abort("enough");
        await reader.Completion.Fails<LinkAbortedException>();
        Assert.AreEqual(0, reader.GapCount);
    }

    /// <summary>It is not kept by what reconnects it.</summary>
    [TestMethod]
    public async Task LostByTheProgram_LeavesTheHub()
    {
        ChannelAddress address = ChannelAddress.Memory($"{Guid.NewGuid():N}");
        await using SharedChannel<int> channel = await CrossChannel.CreateUnboundedAsync<int>(address).Done();
        await OpenAndLoseAsync(address);
        await Wait.Until(async () =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            ChannelStatus status = await CrossChannel.GetChannelStatusAsync(address);
            return status.Readers.Concat(status.Writers).All(static peer => peer.Role == PeerRole.Owner);
        });
    }

    [TestMethod]
    public async Task TransferAsync_GivesTheEndThatItHasNow()
    {
        using var directory = new TempDirectory();
        ChannelAddress address = ChannelAddress.Unix(directory["hub"]);
        await using SharedChannel<int> channel = await CrossChannel.CreateUnboundedAsync<int>(address).Done();
        await using CrossChannelReader<int> reader = await CrossChannel.OpenReaderAsync<int>(address, connection: new() { Reconnect = new() }).Done();
        TransferTicket ticket = await reader.TransferAsync("another").Done();
        await using CrossChannelReader<int> given = await CrossChannelReader<int>.OpenAsync(ticket).Done();
        await channel.Writer.WriteAsync(7).Done();
        Assert.AreEqual(7, await given.ReadAsync().Done());
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await reader.ReadAsync().Done());
    }

    private static async Task OpenAndLoseAsync(ChannelAddress address)
    {
        CrossChannelReader<int> reader = await CrossChannel.OpenReaderAsync<int>(address, connection: new() { Reconnect = new() }).Done();
        CrossChannelWriter<int> writer = await CrossChannel.OpenWriterAsync<int>(address, connection: new() { Reconnect = new() }).Done();
        await writer.WriteAsync(1).Done();
        Assert.AreEqual(1, await reader.ReadAsync().Done());
    }

    private static async Task<List<int>> ReadAllAsync(CrossChannelReader<int> reader)
    {
        List<int> items = [];
        await foreach (int item in reader.ReadAllAsync())
            items.Add(item);
        return items;
    }

    private static async Task WriteAsync(RestartedHub hub, params string[] texts)
    {
        await using CrossChannelWriter<string> writer = await CrossChannel.OpenWriterAsync<string>(hub.Of("texts")).Done();
        await writer.WriteManyAsync(texts).Done();
        await writer.FlushAsync().Done();
    }

    private static async Task WriteAsync(RestartedHub hub, params long[] items)
    {
        await using CrossChannelWriter<long> writer = await CrossChannel.OpenWriterAsync<long>(hub.Of("work")).Done();
        await writer.WriteManyAsync(items).Done();
        await writer.FlushAsync().Done();
    }
}
