using System.Threading.Channels;

namespace CrossChannels.Multiplexing.Tests;

/// <summary>Each channel has a limit of its own: one that nobody reads holds its writer, and nobody else.</summary>
[TestClass]
public sealed class BackpressureTests
{
    private const int Channels = 50;
    private const int Items = 200;
    private const int ItemBytes = 4096;
    private const int Capacity = 64;
    private const int Stuck = 100;

    /// <summary>
    /// What nobody reads lies at its reader, once. The window below is far smaller than the capacity, so that the multiplexer could not keep it, and at the writer nothing is left.
    /// </summary>
    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    public async Task OneReaderOfFifty_ReadsNothing_ItsItemsAreHeldOnce_TheOthersCarryEverything(int version)
    {
        (Multiplexers connected, CountingStream connection) = await ConnectAsync(new() { ProtocolVersion = version, ChannelWindow = 4 * ItemBytes });
        await using Multiplexers ends = connected;
        List<(DuplexChannel<byte[], NoItem> Offered, DuplexChannel<NoItem, byte[]> Accepted)> channels =
            await OpenAsync(ends, null, new() { Reading = new BoundedChannelOptions(Capacity) });
        (DuplexChannel<byte[], NoItem> stalled, DuplexChannel<NoItem, byte[]> slow) = channels[0];

        long before = connection.WrittenBytes;
        int accepted = 0;
        while (stalled.Writer.TryWrite(new byte[ItemBytes]))
            accepted++;
        Assert.AreEqual(Capacity, accepted, "the capacity of the slow reader");
        await stalled.Writer.FlushAsync().Done();
        Assert.AreEqual((0L, Capacity), (stalled.Writer.UnreceivedCount, slow.Reader.Count), "left at the writer, and at the reader");

        Task[] stuck = [.. Enumerable.Range(0, Stuck).Select(_ => stalled.Writer.WriteAsync(new byte[ItemBytes]).AsTask())];
        long crossed = connection.WrittenBytes - before;
        Assert.IsInRange((long)Capacity * ItemBytes, (Capacity + 1L) * ItemBytes, crossed, "one item's worth of headers, and no item that was not accepted");

        await CarryEverythingAsync(channels.Skip(1));
        Assert.AreEqual((0, Capacity), (stuck.Count(static write => write.IsCompleted), slow.Reader.Count), "nobody has read");
        for (int read = 1; read <= Capacity + Stuck; read++)
        {
            await slow.Reader.ReadAsync().Done();
            Assert.IsLessThanOrEqualTo(read, stuck.Count(static write => write.IsCompleted), "an item is accepted for one that was read");
            Assert.IsLessThanOrEqualTo(Capacity, slow.Reader.Count);
        }
        await Task.WhenAll(stuck).Done();
        await CloseAsync(channels);
    }

    /// <summary>The same with limits of bytes: an item is at the reader, within MaxUnreadBytes, or at the writer, within MaxUnsentBytes, and at no third place.</summary>
    [TestMethod]
    public async Task OneReaderOfFifty_ReadsNothing_NeitherLimitOfBytesIsExceeded()
    {
        const int Unread = 16 * ItemBytes;
        const int Unsent = 8 * ItemBytes;
        (Multiplexers connected, CountingStream connection) = await ConnectAsync(new());
        await using Multiplexers ends = connected;
        List<(DuplexChannel<byte[], NoItem> Offered, DuplexChannel<NoItem, byte[]> Accepted)> channels = await OpenAsync(
            ends,
            new() { Connection = new() { MaxUnsentBytes = Unsent } },
            new() { Reading = new UnboundedChannelOptions(), Connection = new() { MaxUnreadBytes = Unread } });
        (DuplexChannel<byte[], NoItem> stalled, DuplexChannel<NoItem, byte[]> slow) = channels[0];

        long before = connection.WrittenBytes;
        int accepted = 0;
        await Wait.Until(() => Fill() >= Unread, "more to be accepted than the reader takes, or nearly: what leaves together must fit together");
        long crossed = connection.WrittenBytes - before;
        Assert.IsLessThanOrEqualTo(Unread + ItemBytes, crossed, "no more than the reader takes, and one item's worth of headers");

        await CarryEverythingAsync(channels.Skip(1));
        Assert.IsLessThanOrEqualTo(Unread + Unsent + ItemBytes, Fill(), "the last item may go beyond the writer's limit");
        Assert.IsLessThanOrEqualTo(Unread, slow.Reader.Count * ItemBytes);
        Assert.IsGreaterThanOrEqualTo(accepted - slow.Reader.Count, stalled.Writer.UnreceivedCount);
        for (int read = 0; read < accepted; read++)
            await slow.Reader.ReadAsync().Done();
        Assert.AreEqual(0, slow.Reader.Count, "each item came once");
        await CloseAsync(channels);

        // Writes while there is room; the bytes of all that was accepted.
        long Fill()
        {
            while (stalled.Writer.TryWrite(new byte[ItemBytes]))
                accepted++;
            return (long)accepted * ItemBytes;
        }
    }

    /// <summary>Items larger than the window of the channel below go through it in parts, both ways at once.</summary>
    [TestMethod]
    public async Task Items_LargerThanTheWindow_Cross()
    {
        await using Multiplexers ends = await Multiplexers.OverUnixAsync(new() { ChannelWindow = 1000 });
        (DuplexChannel<byte[], byte[]> offered, DuplexChannel<byte[], byte[]> accepted) = await ends.OpenAsync<byte[], byte[]>("large");
        byte[] item = new byte[3 << 20];
        Random.Shared.NextBytes(item);
        Task writing = Task.WhenAll(offered.Writer.WriteAsync(item).AsTask(), accepted.Writer.WriteAsync(item).AsTask());
        CollectionAssert.AreEqual(item, await accepted.Reader.ReadAsync().Done());
        CollectionAssert.AreEqual(item, await offered.Reader.ReadAsync().Done());
        await writing.Done();
        await Task.WhenAll(offered.DisposeAsync().AsTask(), accepted.DisposeAsync().AsTask()).Done();
    }

    /// <summary>Both multiplexers, and the connection on which the first one writes.</summary>
    private static async Task<(Multiplexers Ends, CountingStream Connection)> ConnectAsync(MultiplexerOptions options)
    {
        (Stream first, Stream second) = await Connections.StreamsAsync();
        var counting = new CountingStream(first);
        return (await Multiplexers.OverAsync(ChannelMultiplexer.CreateAsync(counting, options), ChannelMultiplexer.CreateAsync(second, options)), counting);
    }

    private static async Task<List<(DuplexChannel<byte[], NoItem> Offered, DuplexChannel<NoItem, byte[]> Accepted)>> OpenAsync(
        Multiplexers ends, DuplexChannelOptions<byte[], NoItem>? first, DuplexChannelOptions<NoItem, byte[]> second)
    {
        List<(DuplexChannel<byte[], NoItem>, DuplexChannel<NoItem, byte[]>)> channels = [];
        for (int i = 0; i < Channels; i++)
            channels.Add(await ends.OpenAsync($"channel {i}", first, second));
        return channels;
    }

    private static async Task CarryEverythingAsync(IEnumerable<(DuplexChannel<byte[], NoItem> Offered, DuplexChannel<NoItem, byte[]> Accepted)> channels)
    {
        (DuplexChannel<byte[], NoItem> Offered, DuplexChannel<NoItem, byte[]> Accepted)[] all = [.. channels];
        Task<int>[] reading = [.. all.Select(static channel => CountAsync(channel.Accepted.Reader))];
        await Task.WhenAll(all.Select(static channel => WriteAsync(channel.Offered.Writer))).Done("the writers beside one that is held");
        foreach (Task<int> count in reading)
            Assert.AreEqual(Items * ItemBytes, await count.Done());
    }

    private static Task CloseAsync(IEnumerable<(DuplexChannel<byte[], NoItem> Offered, DuplexChannel<NoItem, byte[]> Accepted)> channels) =>
        Task.WhenAll(channels.SelectMany(static channel => new[] { channel.Offered.DisposeAsync().AsTask(), channel.Accepted.DisposeAsync().AsTask() })).Done();

    private static async Task WriteAsync(CrossChannelWriter<byte[]> writer)
    {
        for (int i = 0; i < Items; i++)
            await writer.WriteAsync(new byte[ItemBytes]);
        writer.Complete();
    }

    private static async Task<int> CountAsync(CrossChannelReader<byte[]> reader)
    {
        int bytes = 0;
        await foreach (byte[] item in reader.ReadAllAsync())
            bytes += item.Length;
        return bytes;
    }
}
