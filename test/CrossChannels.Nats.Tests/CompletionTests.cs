using System.Threading.Channels;

namespace CrossChannels.Nats.Tests;

/// <summary>Who completes a channel on a server, and who hears of it.</summary>
[TestClass]
public sealed class CompletionTests
{
    private static NatsOptions Quick => new() { PresenceTimeout = TimeSpan.FromSeconds(1), EndingTimeout = TimeSpan.FromSeconds(2) };

    [TestMethod]
    public async Task AnyWriter_OtherWritersItemsCount()
    {
        await using NatsChannels nats = await SharedServer.ConnectAsync();
        await using SharedChannel<int> owner = await nats.CreateBoundedAsync<int>("any", 100).Done();
        await using CrossChannelWriter<int> first = await nats.OpenWriterAsync<int>("any").Done();
        await using CrossChannelWriter<int> second = await nats.OpenWriterAsync<int>("any").Done();
        for (int i = 0; i < 20; i++)
        {
            await first.WriteAsync(i).Done();
            await second.WriteAsync(100 + i).Done();
        }
        first.Complete();
        List<int> items = [];
        await foreach (int item in owner.Reader.ReadAllAsync())
            items.Add(item);
        Assert.HasCount(40, items);
        Assert.AreEqual(EndingKind.Completed, second.Ending?.Kind);
        Assert.IsFalse(second.TryWrite(1));
        Assert.IsFalse(await second.WaitToWriteAsync().Done());
        await second.WriteAsync(1).Fails<ChannelClosedException>();
    }

    [TestMethod]
    public async Task CompleteWithError_ReachesReadersAndWriters()
    {
        await using NatsChannels nats = await SharedServer.ConnectAsync();
        await using SharedChannel<int> owner = await nats.CreateBoundedAsync<int>("failed", 10).Done();
        await using CrossChannelReader<int> reader = await nats.OpenReaderAsync<int>("failed").Done();
        await using CrossChannelWriter<int> writer = await nats.OpenWriterAsync<int>("failed").Done();
        await writer.WriteAsync(1).Done();
        writer.Complete(new FormatException("torn"));
        Assert.AreEqual(1, await reader.ReadAsync().Done());
        RemoteChannelException error = await reader.Completion.Fails<RemoteChannelException>();
        Assert.AreEqual("System.FormatException", error.RemoteTypeName);
        Assert.AreEqual("torn", error.RemoteMessage);
        await Wait.Until(() => owner.Writer.Ending is not null);
        Assert.AreEqual(EndingKind.Faulted, owner.Writer.Ending!.Kind);
    }

    [TestMethod]
    public async Task LastWriter_EndsWhenAllHaveCompleted()
    {
        await using NatsChannels nats = await SharedServer.ConnectAsync(Quick);
        await using SharedChannel<int> owner = await nats.CreateUnboundedAsync<int>("two", new SharedChannelOptions { Completion = CompletionPolicy.LastWriter(2) }).Done();
        await using CrossChannelWriter<int> first = await nats.OpenWriterAsync<int>("two").Done();
        await first.WriteAsync(1).Done();
        first.Complete();
        Assert.AreEqual(1, await owner.Reader.ReadAsync().Done());
        await using CrossChannelWriter<int> second = await nats.OpenWriterAsync<int>("two").Done();
        await second.WriteAsync(2).Done();
        Assert.AreEqual(2, await owner.Reader.ReadAsync().Done());
        Assert.IsFalse(owner.Reader.Completion.IsCompleted);
        second.Complete();
        await owner.Reader.Completion.Done();
    }

    [TestMethod]
    [DataRow(WriterLossPolicy.Fault)]
    [DataRow(WriterLossPolicy.Ignore)]
    public async Task LastWriter_OneIsGone_ReadersHearWhich(WriterLossPolicy policy)
    {
        NatsOptions options = Quick with { Space = SharedServer.NewSpace() };
        await using NatsChannels nats = await SharedServer.ConnectAsync(options);
        await using SharedChannel<int> owner = await nats.CreateUnboundedAsync<int>("lost", new SharedChannelOptions { Completion = CompletionPolicy.LastWriter(2, lostWriters: policy) }).Done();
        await using CrossChannelWriter<int> whole = await nats.OpenWriterAsync<int>("lost").Done();
        NatsChannels dying = await SharedServer.ConnectAsync(options);
        CrossChannelWriter<int> gone = await dying.OpenWriterAsync<int>("lost").Done();
        await gone.WriteAsync(1).Done();
        await gone.FlushAsync().Done();
        await dying.DisposeAsync().Done();
        whole.Complete();
        Assert.AreEqual(1, await owner.Reader.ReadAsync().Done());
        if (policy == WriterLossPolicy.Ignore)
        {
            await owner.Reader.Completion.Done();
            return;
        }
        WritersLostException error = await owner.Reader.Completion.Fails<WritersLostException>();
        Assert.HasCount(1, error.Lost);
        StringAssert.Contains(error.Lost[0], $"process {Environment.ProcessId}");
    }

    [TestMethod]
    public async Task Owner_OnlyTheOwnerEndsIt()
    {
        await using NatsChannels nats = await SharedServer.ConnectAsync();
        await using SharedChannel<int> owner = await nats.CreateUnboundedAsync<int>("owned", new SharedChannelOptions { Completion = CompletionPolicy.Owner }).Done();
        await using CrossChannelWriter<int> writer = await nats.OpenWriterAsync<int>("owned").Done();
        writer.Complete();
        await writer.CloseAsync().Done();
        Assert.IsTrue(owner.Writer.TryWrite(1));
        Assert.AreEqual(1, await owner.Reader.ReadAsync().Done());
        owner.Writer.Complete();
        await owner.Reader.Completion.Done();
    }

    [TestMethod]
    public async Task ManyReaders_AllHearTheEnd()
    {
        await using NatsChannels nats = await SharedServer.ConnectAsync();
        await using SharedChannel<int> owner = await nats.CreateBoundedAsync<int>("many", 100).Done();
        CrossChannelReader<int>[] readers = new CrossChannelReader<int>[5];
        for (int i = 0; i < readers.Length; i++)
            readers[i] = await nats.OpenReaderAsync<int>("many").Done();
        Task<int>[] counts = [.. readers.Select(async reader =>
        {
            int count = 0;
            await foreach (int _ in reader.ReadAllAsync())
                count++;
            return count;
        })];
        for (int i = 0; i < 50; i++)
            await owner.Writer.WriteAsync(i).Done();
        owner.Writer.Complete();
        Assert.AreEqual(50, (await Task.WhenAll(counts).Done()).Sum());
        foreach (CrossChannelReader<int> reader in readers)
            await reader.DisposeAsync().Done();
    }

    [TestMethod]
    public async Task Fence_AWriterThatStoodStill_PutsNothingBehindTheEnd()
    {
        NatsOptions options = Quick with { Space = SharedServer.NewSpace(), EndingTimeout = TimeSpan.FromMilliseconds(200), MaxUnconfirmed = 4 };
        await using NatsChannels nats = await SharedServer.ConnectAsync(options);
        await using SharedChannel<int> owner = await nats.CreateBoundedAsync<int>("fenced", 1).Done();
        await using CrossChannelWriter<int> stuck = await nats.OpenWriterAsync<int>("fenced").Done();
        // One is stored, and the others wait for room that nobody makes until the end is decided.
        for (int i = 0; i < 4; i++)
            await stuck.WriteAsync(i).Done();
        owner.Writer.Complete();
        while (!(await nats.GetChannelStatusAsync("fenced").Done()).IsCompleted)
            await Task.Delay(10);
        List<int> items = [];
        await foreach (int item in owner.Reader.ReadAllAsync())
            items.Add(item);
        CollectionAssert.AreEqual((int[])[0], items);
        await stuck.FlushAsync().Fails<ChannelClosedException>();
        Assert.AreEqual(3, stuck.UnreceivedCount);
    }
}
