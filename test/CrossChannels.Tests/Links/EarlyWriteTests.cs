using System.IO.Pipelines;
using System.Threading.Channels;
using CrossChannels.Tests.Ends;
using CrossChannels.Tests.Transports;

namespace CrossChannels.Tests.Links;

/// <summary>What an end accepts at once, before its peer has said a word.</summary>
[TestClass]
public sealed class EarlyWriteTests : IDisposable
{
    private const int Many = 5000;

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task Over_TheReaderIsExpectedToBeUnbounded_TakesItemsAtOnce(bool isPipe)
    {
        Pipe there = new(), back = new();
        await using DuplexChannel<int, NoItem> writing = isPipe
            ? CrossChannel.Over(new DuplexPipe(back.Reader, there.Writer), Writing<int>())
            : CrossChannel.Over(back.Reader.AsStream(), there.Writer.AsStream(), Writing<int>());
        TakeAll(writing.Writer);
        await using DuplexChannel<NoItem, int> reading = CrossChannel.Over(new DuplexPipe(there.Reader, back.Writer), Unbounded<int>());
        await AssertAllComeAsync(reading.Reader);
    }

    [TestMethod]
    public async Task Over_TheReaderDrops_TakesItemsAtOnce()
    {
        Pipe there = new(), back = new();
        await using DuplexChannel<int, NoItem> writing = CrossChannel.Over(new DuplexPipe(back.Reader, there.Writer), Writing<int>());
        TakeAll(writing.Writer);
        await using DuplexChannel<NoItem, int> reading = CrossChannel.Over(
            new DuplexPipe(there.Reader, back.Writer),
            new DuplexChannelOptions<NoItem, int> { Reading = new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest } });
        await writing.Writer.FlushAsync().Done();
        Assert.AreEqual(Many - 1, await reading.Reader.ReadAsync().Done());
    }

    [TestMethod]
    public async Task Over_TheReaderMayBeBounded_TakesNothingBeforeItSaysHowMuch()
    {
        Pipe there = new(), back = new();
        await using DuplexChannel<int, NoItem> writing = CrossChannel.Over<int, NoItem>(new DuplexPipe(back.Reader, there.Writer));
        Assert.IsFalse(writing.Writer.TryWrite(1));
        await using DuplexChannel<NoItem, int> reading = CrossChannel.Over(
            new DuplexPipe(there.Reader, back.Writer), new DuplexChannelOptions<NoItem, int> { Reading = new BoundedChannelOptions(1) });
        await writing.WaitForPeerAsync().Done();
        Assert.IsTrue(writing.Writer.TryWrite(1));
        Assert.IsFalse(writing.Writer.TryWrite(2));
    }

    [TestMethod]
    public async Task Over_MaxUnsentBytesAreAccepted_TheNextWaitsForTheGreeting()
    {
        const int ItemBytes = 1000;
        Pipe there = new(), back = new();
        await using DuplexChannel<byte[], NoItem> writing = CrossChannel.Over(
            new DuplexPipe(back.Reader, there.Writer), Writing<byte[]>() with { Connection = new() { MaxUnsentBytes = 10 * ItemBytes } });
        int accepted = 0;
        while (writing.Writer.TryWrite(new byte[ItemBytes]))
            accepted++;
        Assert.AreEqual(10, accepted);
        Task last = writing.Writer.WriteAsync(new byte[1]).AsTask();
        Assert.IsFalse(last.IsCompleted);
        await using DuplexChannel<NoItem, byte[]> reading = CrossChannel.Over(new DuplexPipe(there.Reader, back.Writer), Unbounded<byte[]>());
        for (int i = 0; i < accepted; i++)
            Assert.HasCount(ItemBytes, await reading.Reader.ReadAsync().Done());
        await last.Done();
        Assert.HasCount(1, await reading.Reader.ReadAsync().Done());
    }

    [TestMethod]
    [DataRow("capacity", "reads a channel of 8 items")]
    [DataRow("item", "reads items of 500 bytes at most")]
    [DataRow("bytes", "keeps 1,000 bytes at most unread")]
    public async Task Over_TheReaderHasALimitAfterAll_BothEndsAreTold(string limit, string shortage)
    {
        Pipe there = new(), back = new();
        await using DuplexChannel<byte[], NoItem> writing = CrossChannel.Over(new DuplexPipe(back.Reader, there.Writer), Writing<byte[]>());
        Assert.IsTrue(writing.Writer.TryWrite([1]));
        DuplexChannelOptions<NoItem, byte[]> unbounded = Unbounded<byte[]>();
        await using DuplexChannel<NoItem, byte[]> reading = CrossChannel.Over(new DuplexPipe(there.Reader, back.Writer), limit switch
        {
            "capacity" => unbounded with { Reading = new BoundedChannelOptions(8) },
            "item" => unbounded with { ReadItems = new() { MaxItemBytes = 500 } },
            _ => unbounded with { Connection = new() { MaxUnreadBytes = 1000 } },
        });
        LinkRefusedException refused = await writing.WaitForPeerAsync().Fails<LinkRefusedException>();
        StringAssert.Contains(refused.Message, shortage);
        Assert.AreSame(refused, (await writing.Writer.WriteAsync([2]).Fails<ChannelClosedException>()).InnerException);
        Assert.AreEqual(1, writing.Writer.Ending!.UnreceivedCount);
        StringAssert.Contains((await reading.Reader.Completion.Fails<LinkAbortedException>()).Message, shortage);
    }

    [TestMethod]
    public async Task Ticket_TheOtherEndIsNowhere_TakesWhatThatEndHasRoomFor()
    {
        (CrossChannelWriter<int> unlimited, CrossChannelReader<int> theirs) = CrossChannel.CreatePipe<int>(new UnboundedChannelOptions());
        await using CrossChannelWriter<int> writer = await CrossChannelWriter<int>.OpenAsync(await EndTickets.PassAsync(unlimited)).Done();
        TransferTicket ticket = await EndTickets.PassAsync(theirs);
        TakeAll(writer);
        await using CrossChannelReader<int> reader = await CrossChannelReader<int>.OpenAsync(ticket).Done();
        await AssertAllComeAsync(reader);
    }

    [TestMethod]
    public async Task Ticket_TheOtherEndIsBounded_TakesNoMore()
    {
        (CrossChannelWriter<int> given, CrossChannelReader<int> reader) = CrossChannel.CreatePipe<int>(new BoundedChannelOptions(3));
        await using CrossChannelWriter<int> writer = await CrossChannelWriter<int>.OpenAsync(await EndTickets.PassAsync(given)).Done();
        await using (reader)
        {
            for (int i = 0; i < 3; i++)
                Assert.IsTrue(writer.TryWrite(i));
            Assert.IsFalse(writer.TryWrite(3));
            for (int i = 0; i < 3; i++)
                Assert.AreEqual(i, await reader.ReadAsync().Done());
        }
    }

    [TestMethod]
    [DataRow(SharedMemoryUse.Automatic)]
    [DataRow(SharedMemoryUse.Never)]
    public async Task KeptEndOfAPair_TheOtherWasGivenAndNotOpened_TakesItemsAtOnce(SharedMemoryUse sharedMemory)
    {
        (DuplexChannel<int, NoItem> kept, DuplexChannel<NoItem, int> given) = CrossChannel.CreatePair(
            new DuplexChannelOptions<int, NoItem> { Connection = new() { SharedMemory = sharedMemory } }, Unbounded<int>());
        await using (kept)
        {
            TransferTicket ticket = await EndTickets.PassAsync(given);
            TakeAll(kept.Writer);
            await using DuplexChannel<NoItem, int> there = await DuplexChannel<NoItem, int>.OpenAsync(ticket).Done();
            await AssertAllComeAsync(there.Reader);
        }
    }

    [TestMethod]
    [DataRow("unix")]
    [DataRow("mem")]
    [DataRow("shm")]
    public async Task ConnectedLink_Unbounded_BothEndsTakeItemsAtOnce(string scheme)
    {
        var options = new DuplexChannelOptions<int, int> { Reading = new UnboundedChannelOptions() };
        (DuplexChannel<int, int> connected, DuplexChannel<int, int> accepted) = await ChannelContract.ConnectAsync(AddressOf(scheme), options, options);
        await using (connected)
        await using (accepted)
        {
            TakeAll(connected.Writer);
            TakeAll(accepted.Writer);
            await AssertAllComeAsync(accepted.Reader);
            await AssertAllComeAsync(connected.Reader);
        }
    }

    [TestMethod]
    [DataRow("unix")]
    [DataRow("mem")]
    [DataRow("shm")]
    public async Task RemoteWriter_UnboundedChannel_TakesItemsAtOnce(string scheme)
    {
        await using SharedChannel<int> owner = await CrossChannel.CreateUnboundedAsync<int>(AddressOf(scheme)).Done();
        await using CrossChannelWriter<int> opened = await CrossChannel.OpenWriterAsync<int>(owner.Address).Done();
        TakeAll(opened);
        await AssertAllComeAsync(owner.Reader);
        if (scheme == "mem")
            return;
        await using CrossChannelWriter<int> given = await CrossChannelWriter<int>.OpenAsync(await EndTickets.PassAsync(opened)).Done();
        TakeAll(given);
        await AssertAllComeAsync(owner.Reader);
    }

    [TestMethod]
    public async Task RemoteWriter_ChannelThatDropsOrOrders_TakesItemsAtOnce()
    {
        await using SharedChannel<int> ordered = await CrossChannel.CreateUnboundedPrioritizedAsync<int>(AddressOf("unix")).Done();
        await using CrossChannelWriter<int> first = await CrossChannel.OpenWriterAsync<int>(ordered.Address).Done();
        TakeAll(first);
        await AssertAllComeAsync(ordered.Reader);
        await using SharedChannel<int> dropping = await CrossChannel.CreateBoundedAsync<int>(
            AddressOf("unix"), new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest }).Done();
        await using CrossChannelWriter<int> second = await CrossChannel.OpenWriterAsync<int>(dropping.Address).Done();
        TakeAll(second);
        await second.FlushAsync().Done();
        Assert.AreEqual(Many - 1, await dropping.Reader.ReadAsync().Done());
    }

    private static DuplexChannelOptions<T, NoItem> Writing<T>() => new() { ExpectUnboundedReader = true };

    private static DuplexChannelOptions<NoItem, T> Unbounded<T>() => new() { Reading = new UnboundedChannelOptions() };

    private static void TakeAll(ChannelWriter<int> writer)
    {
        for (int i = 0; i < Many; i++)
            Assert.IsTrue(writer.TryWrite(i), $"item {i}");
    }

    private static async Task AssertAllComeAsync(ChannelReader<int> reader)
    {
        for (int i = 0; i < Many; i++)
            Assert.AreEqual(i, await reader.ReadAsync().Done());
    }

    private ChannelAddress AddressOf(string scheme) => scheme switch
    {
        "mem" => ChannelAddress.Memory(TransportTest.UniqueName()),
        "shm" => ChannelAddress.SharedMemory(TransportTest.UniqueName()),
        _ => ChannelAddress.Unix(_directory[$"{Guid.NewGuid():N}"]),
    };

    private sealed record DuplexPipe(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
