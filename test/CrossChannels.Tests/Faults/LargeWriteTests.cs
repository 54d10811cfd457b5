using System.IO.Pipelines;
using System.Threading.Channels;

namespace CrossChannels.Tests.Faults;

/// <summary>Writes that lend their memory to the link: they end with it, in order, and never keep the memory afterwards.</summary>
[TestClass]
public sealed class LargeWriteTests
{
    private const int Large = 4 << 20;

    [TestMethod]
    public async Task LargeAndSmall_FromSeveralWriters_ArriveOnceInOrderAndAsTheyWere()
    {
        (DuplexChannel<byte[], NoItem> first, DuplexChannel<NoItem, byte[]> second) =
            CrossChannel.CreatePair<byte[], NoItem>(null, new() { Reading = new BoundedChannelOptions(3) });
        Task[] writers = [.. Enumerable.Range(0, 4).Select(writer => Task.Run(() => WriteAsync(first.Writer, (byte)writer)))];
        int[] next = new int[4];
        for (int i = 0; i < 4 * 50; i++)
        {
            byte[] item = await second.Reader.ReadAsync().Done("a reader waits for an item");
            int writer = item[0];
            Assert.AreEqual(next[writer]++, item[1]);
            Assert.HasCount(Size(item[1]), item);
            Assert.IsTrue(item.AsSpan(2).IndexOfAnyExcept((byte)(item[1] + 1)) < 0, "The item is not as it was written.");
        }
        await Task.WhenAll(writers).Done("writers wait for room");
        await first.DisposeAsync();
        await second.DisposeAsync();
    }

    [TestMethod]
    public async Task Abort_WhileALargeWriteIsUnderWay_EndsIt()
    {
        for (int i = 0; i < 20; i++)
        {
            await using RawLink<byte[], NoItem> link = await RawLink<byte[], NoItem>.OpenAsync(welcome: Wire.Welcome(10, 1 << 30, 1 << 24));
            Task write = link.Channel.Writer.WriteAsync(new byte[Large]).AsTask();
            link.Channel.Abort("on purpose");
            link.Raw.EndSending();
            ChannelClosedException e = await write.Fails<ChannelClosedException>("a large write waits for a peer that does not read");
            Assert.IsInstanceOfType<LinkAbortedException>(e.InnerException);
        }
    }

    [TestMethod]
    [DataRow("abort")]
    [DataRow("dispose")]
    [DataRow("end")]
    public async Task Pipe_WhosePeerIsStuck_LargeWriteEnds(string how)
    {
        var there = new Pipe();
        var back = new Pipe();
        var settings = new ConnectionOptions { CloseTimeout = TimeSpan.FromMilliseconds(100) };
        DuplexChannel<byte[], NoItem> channel = CrossChannel.Over<byte[], NoItem>(new Duplex(back.Reader, there.Writer), new() { Connection = settings });
        await back.Writer.WriteAsync(Wire.Greeting<NoItem, byte[]>());
        await back.Writer.WriteAsync(Wire.Welcome(10, 1 << 30, 1 << 24));
        await channel.WaitForPeerAsync().Done("an end waits for its peer");
        Task write = channel.Writer.WriteAsync(new byte[Large]).AsTask();
        if (how == "abort")
            channel.Abort("on purpose");
        else if (how == "dispose")
            await channel.DisposeAsync().Done("disposal waits for a peer that is stuck");
        else
            await back.Writer.CompleteAsync();
        await write.Fails<ChannelClosedException>("a large write waits for a peer that is stuck");
    }

    [TestMethod]
    public async Task WriteOnlyEnd_DisposedBeforeTheGreeting_WaitForPeerEnds()
    {
        var there = new Pipe();
        var back = new Pipe();
        DuplexChannel<long, NoItem> channel = CrossChannel.Over<long, NoItem>(new Duplex(back.Reader, there.Writer));
        Task<PeerInfo> peer = channel.WaitForPeerAsync();
        Task disposal = channel.DisposeAsync().AsTask();
        await back.Writer.CompleteAsync();
        await disposal.Done("disposal waits for a connection that has ended");
        await peer.Fails<CrossChannelException>("somebody waits for a peer that never greeted");
    }

    private static int Size(int number) => number % 3 == 0 ? 100 : (64 * 1024) + (number * 1000);

    private static async Task WriteAsync(CrossChannelWriter<byte[]> writer, byte name)
    {
        byte[] memory = new byte[Size(50) + 100_000];
        for (byte number = 0; number < 50; number++)
        {
            byte[] item = memory[..Size(number)];
            item.AsSpan().Fill((byte)(number + 1));
            item[0] = name;
            item[1] = number;
            await writer.WriteAsync(item).Done("a writer waits for room");
            // The memory is the caller's again.
            item.AsSpan().Fill(0xEE);
        }
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
