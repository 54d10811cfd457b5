using System.Threading.Channels;

namespace CrossChannels.Nats.Tests;

/// <summary>Bounded and unbounded channels on a server.</summary>
[TestClass]
public sealed class ChannelTests
{
    private sealed record Job(int Number, string Text);

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task Items_CrossInOrder(bool isOld)
    {
        const int Total = 2_000;
        await using NatsChannels nats = await SharedServer.ConnectAsync(isOld: isOld);
        await using SharedChannel<Job> owner = await nats.CreateBoundedAsync<Job>("jobs", 100).Done();
        await using CrossChannelWriter<Job> writer = await nats.OpenWriterAsync<Job>("jobs").Done();
        await using CrossChannelReader<Job> reader = await nats.OpenReaderAsync<Job>("jobs").Done();
        Task writing = Task.Run(async () =>
        {
            for (int i = 0; i < Total; i++)
                await writer.WriteAsync(new Job(i, $"job {i}"));
            writer.Complete();
        });
        int next = 0;
        await foreach (Job job in reader.ReadAllAsync())
        {
            Assert.AreEqual(new Job(next, $"job {next}"), job);
            next++;
        }
        await writing.Done();
        Assert.AreEqual(Total, next);
        await reader.Completion.Done();
        Assert.AreEqual(EndingKind.Completed, reader.Ending?.Kind);
    }

    [TestMethod]
    [DataRow(1, 20)]
    [DataRow(3, 40)]
    [DataRow(100, 250)]
    public async Task Capacity_FourWritersTwoReaders_IsNeverExceeded(int capacity, int each)
    {
        await using NatsChannels nats = await SharedServer.ConnectAsync();
        await using SharedChannel<int> owner = await nats.CreateBoundedAsync<int>("full", capacity).Done();
        using var stop = new CancellationTokenSource();
        long deepest = 0;
        Task watching = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                ChannelStatus status = await nats.GetChannelStatusAsync("full");
                deepest = Math.Max(deepest, status.Depth + status.InFlight);
                await Task.Delay(1);
            }
        });
        Task[] writing = [.. Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
        {
            await using CrossChannelWriter<int> end = await nats.OpenWriterAsync<int>("full");
            for (int i = 0; i < each; i++)
                await end.WriteAsync((writer * each) + i);
            await end.FlushAsync();
        }))];
        Task<List<int>>[] reading = [.. Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            await using CrossChannelReader<int> end = await nats.OpenReaderAsync<int>("full");
            List<int> items = [];
            await foreach (int item in end.ReadAllAsync())
                items.Add(item);
            return items;
        }))];
        await Task.WhenAll(writing).Done("the writers");
        owner.Writer.Complete();
        List<int>[] read = await Task.WhenAll(reading).Done("the readers");
        await stop.CancelAsync();
        await watching.Done();
        CollectionAssert.AreEqual(Enumerable.Range(0, 4 * each).ToList(), read.SelectMany(static items => items).Order().ToList());
        foreach (List<int> items in read)
        {
            foreach (IGrouping<int, int> ofWriter in items.GroupBy(item => item / each))
                CollectionAssert.AreEqual(ofWriter.Order().ToList(), ofWriter.ToList());
        }
        Assert.IsLessThanOrEqualTo(capacity, deepest);
    }

    [TestMethod]
    public async Task Full_WriterAcceptsItsWindow_AndNoMore()
    {
        await using NatsChannels nats = await SharedServer.ConnectAsync(new NatsOptions { MaxUnconfirmed = 1 });
        await using SharedChannel<int> owner = await nats.CreateBoundedAsync<int>("few", 2).Done();
        CrossChannelWriter<int> writer = owner.Writer;
        for (int i = 0; i < 3; i++)
            await writer.WriteAsync(i).Done($"item {i}");
        Task more = writer.WriteAsync(3).AsTask();
        Assert.IsFalse(writer.TryWrite(4));
        Assert.IsFalse(more.IsCompleted);
        Assert.AreEqual(1, writer.UnreceivedCount);
        Assert.AreEqual(0, await owner.Reader.ReadAsync().Done());
        await more.Done();
        for (int i = 1; i < 4; i++)
            Assert.AreEqual(i, await owner.Reader.ReadAsync().Done());
        await writer.FlushAsync().Done();
        Assert.AreEqual(0, writer.UnreceivedCount);
    }

    [TestMethod]
    public async Task CanceledWrite_NeverAppears()
    {
        await using NatsChannels nats = await SharedServer.ConnectAsync(new NatsOptions { MaxUnconfirmed = 1 });
        await using SharedChannel<int> owner = await nats.CreateBoundedAsync<int>("canceled", 1).Done();
        await owner.Writer.WriteAsync(0).Done();
        await owner.Writer.WriteAsync(1).Done();
        using var cancel = new CancellationTokenSource();
        Task write = owner.Writer.WriteAsync(2, cancel.Token).AsTask();
        await cancel.CancelAsync();
        await write.Fails<OperationCanceledException>();
        await Assert.ThrowsExactlyAsync<TimeoutException>(() => owner.Writer.WriteAsync(3, TimeSpan.FromMilliseconds(1)).AsTask());
        owner.Writer.Complete();
        List<int> items = [];
        await foreach (int item in owner.Reader.ReadAllAsync())
            items.Add(item);
        CollectionAssert.AreEqual((int[])[0, 1], items);
    }

    [TestMethod]
    public async Task Join_WaitsUntilEverythingIsTaken()
    {
        await using NatsChannels nats = await SharedServer.ConnectAsync();
        await using SharedChannel<int> owner = await nats.CreateUnboundedAsync<int>("joined").Done();
        for (int i = 0; i < 10; i++)
            Assert.IsTrue(owner.Writer.TryWrite(i));
        Task join = owner.Writer.JoinAsync().AsTask();
        for (int i = 0; i < 9; i++)
            Assert.AreEqual(i, await owner.Reader.ReadAsync().Done());
        Assert.IsFalse(join.IsCompleted);
        Assert.AreEqual(9, await owner.Reader.ReadAsync().Done());
        await join.Done();
    }

    [TestMethod]
    public async Task Items_OutliveTheirWriter_AndAreFoundByOthers()
    {
        NatsOptions options = new() { Space = SharedServer.NewSpace() };
        await using (NatsChannels first = await SharedServer.ConnectAsync(options))
        {
            await using SharedChannel<string?> made = await first.CreateBoundedAsync<string?>("kept", 10).Done();
            await made.Writer.WriteAsync("one").Done();
            await made.Writer.WriteAsync(null).Done();
            await made.Writer.WriteAsync("").Done();
            await made.Writer.FlushAsync().Done();
        }
        await using NatsChannels second = await SharedServer.ConnectAsync(options);
        await using SharedChannel<string?> found = await second.CreateBoundedAsync<string?>("kept", 10).Done();
        Assert.AreEqual("one", await found.Reader.ReadAsync().Done());
        Assert.IsNull(await found.Reader.ReadAsync().Done());
        Assert.AreEqual("", await found.Reader.ReadAsync().Done());
    }

    [TestMethod]
    public async Task Status_CountsQueuedAndHeld()
    {
        await using NatsChannels nats = await SharedServer.ConnectAsync();
        await using SharedChannel<long> owner = await nats.CreateBoundedAsync<long>("seen", 10).Done();
        for (int i = 0; i < 3; i++)
            await owner.Writer.WriteAsync(i).Done();
        await owner.Writer.FlushAsync().Done();
        ChannelStatus status = await nats.GetChannelStatusAsync("seen").Done();
        Assert.AreEqual(3, status.Depth);
        Assert.AreEqual(10, status.Capacity);
        Assert.AreEqual(0, status.InFlight);
        Assert.IsFalse(status.IsLeased);
        Assert.IsFalse(status.IsCompleted);
        Assert.AreEqual("raw", status.ContentType);
        Assert.AreEqual("System.Int64", status.ContractName);
        await nats.GetChannelStatusAsync("none").Fails<LinkRefusedException>();
    }

    [TestMethod]
    public async Task Status_NamesTheWriters_ButNotOneWhoseConnectionIsGone()
    {
        NatsOptions options = new() { Space = SharedServer.NewSpace() };
        await using NatsChannels nats = await SharedServer.ConnectAsync(options);
        await using SharedChannel<int> owner = await nats.CreateBoundedAsync<int>("named", 10).Done();
        await using CrossChannelWriter<int> writer = await nats.OpenWriterAsync<int>("named").Done();
        NatsChannels dying = await SharedServer.ConnectAsync(options);
        _ = await dying.OpenWriterAsync<int>("named").Done();
        Assert.HasCount(2, (await nats.GetChannelStatusAsync("named").Done()).Writers);
        // As a process that is killed: nobody takes its writer's record away.
        await dying.DisposeAsync().Done();
        PeerStatus named = Assert.ContainsSingle((await nats.GetChannelStatusAsync("named").Done()).Writers);
        Assert.AreEqual(Environment.ProcessId, named.ProcessId);
        Assert.AreEqual(PeerRole.Writer, named.Role);
        Assert.IsNotNull(named.Since);
        await writer.DisposeAsync().Done();
        Assert.IsEmpty((await nats.GetChannelStatusAsync("named").Done()).Writers);
    }

    [TestMethod]
    public async Task Create_AgainDifferently_SaysWhatDiffers()
    {
        await using NatsChannels nats = await SharedServer.ConnectAsync();
        await using SharedChannel<int> owner = await nats.CreateBoundedAsync<int>("once", 10).Done();
        LinkRefusedException capacity = await nats.CreateBoundedAsync<int>("once", 11).Fails<LinkRefusedException>();
        StringAssert.Contains(capacity.Message, "its capacity is 10, not 11");
        LinkRefusedException items = await nats.CreateBoundedAsync<long>("once", 10).Fails<LinkRefusedException>();
        StringAssert.Contains(items.Message, "System.Int32 (raw, 4 bytes)");
        LinkRefusedException writer = await nats.OpenWriterAsync<string>("once").Fails<LinkRefusedException>();
        StringAssert.Contains(writer.Message, "System.String");
        LinkRefusedException leased = await nats.OpenLeasedReaderAsync<int>("once").Fails<LinkRefusedException>();
        StringAssert.Contains(leased.Message, "OpenReaderAsync");
    }

    [TestMethod]
    public async Task Create_WhatIsThereKeepsLess_SaysSoInTheLog()
    {
        NatsServer server = await SharedServer.GetAsync().Done();
        LogList first = new(), second = new();
        NatsOptions options = new() { Space = SharedServer.NewSpace(), Storage = NatsStorage.Memory, Logger = first };
        await using NatsChannels inMemory = await NatsChannels.ConnectAsync(server.Url, options).Done();
        await using SharedChannel<int> owner = await inMemory.CreateBoundedAsync<int>("less", 10).Done();
        await using NatsChannels inFiles = await NatsChannels.ConnectAsync(server.Url, options with { Storage = NatsStorage.File, Logger = second }).Done();
        // Of the space's two streams, and of the channel's.
        Assert.AreEqual(2, second.Count("KeptLessCore"));
        await using SharedChannel<int> found = await inFiles.CreateBoundedAsync<int>("less", 10).Done();
        Assert.AreEqual(3, second.Count("KeptLessCore"));
        Assert.AreEqual(0, first.Count("KeptLessCore"));
    }

    [TestMethod]
    public async Task Open_NobodyMakesIt_TimesOut()
    {
        await using NatsChannels nats = await SharedServer.ConnectAsync(new NatsOptions { ConnectTimeout = TimeSpan.FromMilliseconds(50) });
        LinkTimeoutException error = await nats.OpenReaderAsync<int>("nowhere").Fails<LinkTimeoutException>();
        StringAssert.Contains(error.Message, "nowhere");
    }

    [TestMethod]
    public async Task Create_WhatAServerDoesNotDo_IsRefused()
    {
        await using NatsChannels nats = await SharedServer.ConnectAsync();
        Assert.Throws<ArgumentOutOfRangeException>(() => _ = nats.CreateBoundedAsync<int>("zero", 0));
        Assert.Throws<NotSupportedException>(() => _ = nats.CreateBoundedAsync<int>("drops", new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest }));
        await nats.CreateLeasedAsync<int>("taken", 1, new LeaseOptions()).Fails<NotSupportedException>();
    }

    [TestMethod]
    public async Task ItemOverMaxPayload_IsRefusedAndNamesIt()
    {
        await using NatsChannels nats = await SharedServer.ConnectAsync();
        await using SharedChannel<byte[]> owner = await nats.CreateBoundedAsync<byte[]>("large", 10).Done();
        ItemTooLargeException error = await owner.Writer.WriteAsync(new byte[2 << 20]).Fails<ItemTooLargeException>();
        StringAssert.Contains(error.Message, "max_payload");
        await owner.Writer.WriteAsync(new byte[1000]).Done();
        Assert.HasCount(1000, await owner.Reader.ReadAsync().Done());
    }

    [TestMethod]
    public async Task Delete_EndsItsEnds()
    {
        await using NatsChannels nats = await SharedServer.ConnectAsync();
        await using SharedChannel<int> owner = await nats.CreateBoundedAsync<int>("gone", 10).Done();
        await owner.Writer.WriteAsync(1).Done();
        await owner.Writer.FlushAsync().Done();
        Assert.IsTrue(await nats.DeleteAsync("gone").Done());
        Assert.IsFalse(await nats.DeleteAsync("gone").Done());
        LinkAbortedException error = await owner.Reader.Completion.Fails<LinkAbortedException>();
        StringAssert.Contains(error.Message, "deleted");
    }

    [TestMethod]
    public async Task Abort_DropsWhatIsQueued()
    {
        await using NatsChannels nats = await SharedServer.ConnectAsync();
        await using SharedChannel<int> owner = await nats.CreateBoundedAsync<int>("aborted", 10).Done();
        await using CrossChannelReader<int> reader = await nats.OpenReaderAsync<int>("aborted").Done();
        await using CrossChannelWriter<int> writer = await nats.OpenWriterAsync<int>("aborted").Done();
        await writer.WriteAsync(1).Done();
        await writer.FlushAsync().Done();
        owner.Abort("enough");
        LinkAbortedException error = await reader.Completion.Fails<LinkAbortedException>();
        StringAssert.Contains(error.Message, "enough");
        await Wait.Until(() => writer.Ending is not null);
        ReaderClosedException closed = Assert.IsInstanceOfType<ReaderClosedException>(writer.Ending!.Cause);
        Assert.AreEqual("enough", closed.Reason);
        Assert.AreEqual(0, (await nats.GetChannelStatusAsync("aborted").Done()).Depth);
    }

    [TestMethod]
    public async Task Over_ANewChannelOfTheSameName_IsOpen()
    {
        await using NatsChannels nats = await SharedServer.ConnectAsync();
        for (int round = 0; round < 3; round++)
        {
            await using SharedChannel<int> owner = await nats.CreateBoundedAsync<int>("again", 10).Done();
            await owner.Writer.WriteAsync(round).Done();
            owner.Writer.Complete();
            Assert.AreEqual(round, await owner.Reader.ReadAsync().Done());
            await owner.Reader.Completion.Done($"the end of round {round}");
        }
    }
}
