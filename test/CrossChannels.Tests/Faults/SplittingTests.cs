using CrossChannels.Protocol;

namespace CrossChannels.Tests.Faults;

/// <summary>However the bytes of a stream are cut, and wherever it ends.</summary>
[TestClass]
public sealed class SplittingTests
{
    private static readonly string[] s_items = ["", "a", "éß", new string('x', 40)];

    private static byte[] Stream(ulong first) =>
    [
        .. Wire.Texts(first, s_items[0]),
        .. Wire.Counter(FrameType.Flush, (long)first + 2),
        .. Wire.Texts(first + 1, s_items[1], s_items[2]),
        .. Wire.Frame((FrameType)0x7f, FrameHeader.Ignorable, 0, 1, 2, 3),
        .. Wire.Texts(first + 3, s_items[3]),
    ];

    [TestMethod]
    public async Task Stream_SplitAtEveryByte_SameItemsSameOrder()
    {
        byte[] greeting = [.. Wire.Greeting<string, NoItem>(), .. Wire.Welcome()];
        byte[] stream = [.. greeting, .. Stream(0), .. Wire.Complete(s_items.Length)];
        await using RawListener<NoItem, string> listener = await RawListener<NoItem, string>.StartAsync();
        for (int at = 0; at <= stream.Length; at++)
        {
            await using RawPeer raw = await listener.ConnectAsync();
            await raw.SendAsync(stream[..at]);
            if (at >= greeting.Length)
            {
                // What came so far has been parsed when the answer to this is here.
                await raw.ReadGreetingAsync();
            }
            await Task.Yield();
            await raw.SendAsync(stream[at..]);
            await using DuplexChannel<NoItem, string> channel = await listener.AcceptAsync();
            CollectionAssert.AreEqual(s_items, await ReadAllAsync(channel.Reader), $"Split at {at}.");
            await raw.DisposeAsync();
        }
    }

    [TestMethod]
    public async Task Stream_OneByteAtATime_SameItemsSameOrder()
    {
        await using RawLink<NoItem, string> link = await RawLink<NoItem, string>.OpenAsync();
        foreach (byte one in (byte[])[.. Stream(0), .. Wire.Complete(s_items.Length)])
            await link.Raw.SendAsync([one]);
        CollectionAssert.AreEqual(s_items, await ReadAllAsync(link.Channel.Reader));
    }

    [TestMethod]
    public async Task Stream_ThousandsOfFramesInOneBuffer_SameItemsSameOrder()
    {
        const int Rounds = 3000;
        await using RawLink<NoItem, string> link = await RawLink<NoItem, string>.OpenAsync(
            new() { Reading = new System.Threading.Channels.UnboundedChannelOptions(), Connection = new() { MaxEmptyFramesPerSecond = Rounds + 1 } });
        byte[] all = [.. Enumerable.Range(0, Rounds).SelectMany(round => Stream((ulong)(round * s_items.Length))), .. Wire.Complete(Rounds * s_items.Length)];
        Task sending = link.Raw.SendAsync(all);
        List<string> items = await ReadAllAsync(link.Channel.Reader);
        await sending;
        CollectionAssert.AreEqual(Enumerable.Range(0, Rounds).SelectMany(_ => s_items).ToArray(), items);
    }

    [TestMethod]
    public async Task Stream_EndsAtAnyByte_NeverACleanEnd()
    {
        byte[] stream = [.. Stream(0), .. Wire.Complete(s_items.Length)];
        for (int at = 0; at < stream.Length; at += 3)
        {
            await using RawLink<NoItem, string> link = await RawLink<NoItem, string>.OpenAsync();
            await link.Raw.SendAsync(stream[..at]);
            link.Raw.EndSending();
            var items = new List<string>();
            var e = await ReadAllAsync(link.Channel.Reader, items).Fails<ConnectionLostException>($"the reader of a stream that ends at {at} waits for its end");
            StringAssert.Contains(e.Message, "without a goodbye");
            CollectionAssert.AreEqual(s_items[..items.Count], items, $"Ended at {at}.");
            Assert.AreEqual(EndingKind.ConnectionLost, link.Channel.Reader.Ending!.Kind);
        }
    }

    [TestMethod]
    public async Task Stream_EndsWithinALargeItem_ItIsNotSeen()
    {
        await using RawLink<NoItem, byte[]> link = await RawLink<NoItem, byte[]>.OpenAsync();
        byte[] large = Wire.Items(1, 1, 0, Wire.Item(new byte[1 << 20]));
        await link.Raw.SendAsync(Wire.Items(0, 1, 0, Wire.Item([9])), large[..^1]);
        link.Raw.EndSending();
        byte[] first = await link.Channel.Reader.ReadAsync().Done("the reader waits for the whole item");
        Assert.AreEqual(9, first.Single());
        await link.Channel.Reader.WaitToReadAsync().Fails<ConnectionLostException, bool>("the reader waits for its end");
    }

    [TestMethod]
    public async Task Peer_AnnouncesALargeItemAndTrickles_WhatIsAnnouncedIsNotAllocated()
    {
        await using RawLink<NoItem, byte[]> link = await RawLink<NoItem, byte[]>.OpenAsync();
        byte[] large = Wire.Items(0, 1, 0, Wire.Item(new byte[16 << 20]));
        // Each kilobyte is followed by nothing for as long as this test likes; the link waits, and lives.
        for (int at = 0; at < 16; at++)
            await link.Raw.SendAsync(large[(at * 1024)..((at + 1) * 1024)]);
        Assert.IsFalse(link.Channel.Reader.TryRead(out _));
        Assert.IsNull(link.Channel.Reader.Ending);
        await link.Raw.SendAsync(large[(16 * 1024)..]);
        Assert.HasCount(16 << 20, await link.Channel.Reader.ReadAsync().Done("the reader waits for the large item"));
    }

    private static async Task<List<string>> ReadAllAsync(CrossChannelReader<string> reader)
    {
        var items = new List<string>();
        await ReadAllAsync(reader, items);
        return items;
    }

    private static async Task ReadAllAsync(CrossChannelReader<string> reader, List<string> items)
    {
        while (await reader.WaitToReadAsync().Done("a reader waits for items or the end"))
        {
            while (reader.TryRead(out string? item))
                items.Add(item);
        }
    }
}
