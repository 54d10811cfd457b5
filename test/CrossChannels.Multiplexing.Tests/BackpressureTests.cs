using System.Threading.Channels;

namespace CrossChannels.Multiplexing.Tests;

/// <summary>Each channel has a limit of its own: one that nobody reads holds its writer, and nobody else.</summary>
[TestClass]
public sealed class BackpressureTests
{
    private const int Channels = 50;
    private const int Items = 200;
    private const int ItemBytes = 4096;

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    public async Task OneReaderOfFifty_ReadsNothing_TheOthersCarryEverything(int version)
    {
        await using Multiplexers ends = await Multiplexers.OverUnixAsync(new() { ProtocolVersion = version });
        List<(DuplexChannel<byte[], NoItem> Offered, DuplexChannel<NoItem, byte[]> Accepted)> channels = [];
        for (int i = 0; i < Channels; i++)
            channels.Add(await ends.OpenAsync<byte[], NoItem>($"channel {i}", null, new() { Reading = new BoundedChannelOptions(16) }));

        (DuplexChannel<byte[], NoItem> stalled, DuplexChannel<NoItem, byte[]> slow) = channels[0];
        int accepted = 0;
        while (stalled.Writer.TryWrite(new byte[ItemBytes]))
            accepted++;
        Assert.AreEqual(16, accepted, "the capacity of the slow reader");
        Task stuck = stalled.Writer.WriteAsync(new byte[ItemBytes]).AsTask();

        Task<int>[] reading = [.. channels.Skip(1).Select(static channel => CountAsync(channel.Accepted.Reader))];
        await Task.WhenAll(channels.Skip(1).Select(static channel => WriteAsync(channel.Offered.Writer))).Done("49 writers beside one that is held");
        foreach (Task<int> count in reading)
            Assert.AreEqual(Items * ItemBytes, await count.Done());

        Assert.IsFalse(stuck.IsCompleted, "nobody has read");
        await slow.Reader.ReadAsync().Done();
        await stuck.Done();
        await Task.WhenAll(channels.SelectMany(static channel => new[] { channel.Offered.DisposeAsync().AsTask(), channel.Accepted.DisposeAsync().AsTask() })).Done();
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
