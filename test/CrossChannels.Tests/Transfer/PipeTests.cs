namespace CrossChannels.Tests.Ends;

/// <summary>One-way ends: a pipe made in one place, and links that need no <see cref="NoItem"/>.</summary>
[TestClass]
public sealed class PipeTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [TestMethod]
    public async Task CreatePipe_HereAndHere_ItemsArriveAndItEnds()
    {
        (CrossChannelWriter<int> writer, CrossChannelReader<int> reader) = CrossChannel.CreatePipe<int>();
        await writer.WriteAsync(1).Done();
        await writer.WriteAsync(2).Done();
        writer.Complete();
        CollectionAssert.AreEqual((int[])[1, 2], await ChannelCore.ReadAllAsync(reader).Done());
        await writer.DisposeAsync().Done();
        await reader.DisposeAsync().Done();
        Assert.AreEqual(EndingKind.Completed, reader.Ending?.Kind);
    }

    [TestMethod]
    public async Task CreatePipe_WriterIsDisposedWithoutComplete_ReaderFaults()
    {
        (CrossChannelWriter<int> writer, CrossChannelReader<int> reader) = CrossChannel.CreatePipe<int>();
        await using (reader)
        {
            await writer.WriteAsync(1).Done();
            await writer.DisposeAsync().Done();
            Assert.AreEqual(1, await reader.ReadAsync().Done());
            await Assert.ThrowsExactlyAsync<WriterLeftException>(() => reader.Completion.Done());
        }
    }

    [TestMethod]
    public async Task CreatePipe_WriterIsGivenToAChild_ReaderReadsHere()
    {
        (CrossChannelWriter<int> writer, CrossChannelReader<int> reader) = CrossChannel.CreatePipe<int>();
        await using (reader)
        {
            await using ChildProcess child = ChildProcess.Start("open-end", "writer", EndTickets.Text(await writer.TransferAsync("Alice").Done()), "complete");
            CollectionAssert.AreEqual((int[])[1, 2, 3, 4], await ChannelCore.ReadAllAsync(reader).Done());
            await EndTickets.AssertMovedAsync(() => writer.WriteAsync(5).AsTask().Done(), "The writer of a pipe");
        }
    }

    [TestMethod]
    public async Task CreatePipe_ReaderIsGivenToAChild_WriterWritesHere()
    {
        (CrossChannelWriter<int> writer, CrossChannelReader<int> reader) = CrossChannel.CreatePipe<int>();
        await using (writer)
        {
            await using ChildProcess child = ChildProcess.Start("open-end", "reader", EndTickets.Text(await reader.TransferAsync("Alice").Done()), "sum");
            for (int i = 1; i <= 4; i++)
                await writer.WriteAsync(i).Done();
            writer.Complete();
            Assert.AreEqual("10", await child.ReadLineAsync());
        }
    }

    [TestMethod]
    public async Task CreatePipe_BothAreGiven_TheyTalkToEachOther()
    {
        (CrossChannelWriter<int> writer, CrossChannelReader<int> reader) = CrossChannel.CreatePipe<int>();
        TransferTicket toReader = await EndTickets.PassAsync(reader), toWriter = await EndTickets.PassAsync(writer);
        await using CrossChannelReader<int> there = await CrossChannelReader<int>.OpenAsync(toReader).Done();
        await using CrossChannelWriter<int> andThere = await CrossChannelWriter<int>.OpenAsync(toWriter).Done();
        await andThere.WriteAsync(7).Done();
        Assert.AreEqual(7, await there.ReadAsync().Done());
        await EndTickets.AssertRefusedAsync(there, "cannot be given again");
    }

    [TestMethod]
    public async Task OneWayLink_WriterConnects_ReaderAccepts()
    {
        ChannelAddress address = ChannelAddress.Unix(_directory["jobs"]);
        Task<CrossChannelReader<string>> accepting = CrossChannel.AcceptReaderAsync<string>(address).Done();
        await using CrossChannelWriter<string> writer = await CrossChannel.ConnectWriterAsync<string>(address).Done();
        await using CrossChannelReader<string> reader = await accepting;
        await writer.WriteAsync("hello").Done();
        writer.Complete();
        Assert.AreEqual("hello", await reader.ReadAsync().Done());
        await reader.Completion.Done();
    }

    [TestMethod]
    public async Task OneWayLink_ReaderConnects_WriterAccepts_AndTheAddressIsFree()
    {
        ChannelAddress address = ChannelAddress.Unix(_directory["jobs"]);
        for (int round = 0; round < 2; round++)
        {
            Task<CrossChannelWriter<int>> accepting = CrossChannel.AcceptWriterAsync<int>(address).Done();
            await using CrossChannelReader<int> reader = await CrossChannel.ConnectReaderAsync<int>(address, new System.Threading.Channels.UnboundedChannelOptions()).Done();
            await using CrossChannelWriter<int> writer = await accepting;
            Assert.IsTrue(await writer.WaitToWriteAsync().Done());
            await writer.WriteAsync(round).Done();
            Assert.AreEqual(round, await reader.ReadAsync().Done());
        }
    }

    [TestMethod]
    public async Task AcceptReader_Canceled_FreesTheAddress()
    {
        ChannelAddress address = ChannelAddress.Unix(_directory["jobs"]);
        using var source = new CancellationTokenSource();
        Task<CrossChannelReader<int>> accepting = CrossChannel.AcceptReaderAsync<int>(address, cancellationToken: source.Token);
        await Wait.Until(() => File.Exists(_directory["jobs"]));
        await source.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => accepting.Done());
        Assert.IsFalse(File.Exists(_directory["jobs"]));
    }
}
