using System.Buffers;
using System.Text;
using CrossChannels.Protocol;
using CrossChannels.TestChild;

namespace CrossChannels.Tests.Faults;

/// <summary>A bad item is one item's problem.</summary>
[TestClass]
public sealed class BadItemTests
{
    [TestMethod]
    [DataRow("too deep")]
    [DataRow("not JSON")]
    [DataRow("another type")]
    [DataRow("invalid UTF-8")]
    [DataRow("empty")]
    [DataRow("rest behind it")]
    public async Task Read_JsonThatCannotBeRead_ThrowsOnceAndTheChannelLives(string what)
    {
        await using RawLink<NoItem, Job> link = await RawLink<NoItem, Job>.OpenAsync();
        byte[] good = Encoding.UTF8.GetBytes("""{"Number":5,"Text":"ok"}""");
        byte[] bad = what switch
        {
            "too deep" => Encoding.UTF8.GetBytes("""{"Number":5,"Text":"ok","More":""" + new string('[', 10_000) + new string(']', 10_000) + "}"),
            "not JSON" => [1, 2, 3],
            "another type" => Encoding.UTF8.GetBytes("[1,2]"),
            "invalid UTF-8" => [.. "{\"Number\":5,\"Text\":\""u8, 0xff, 0xfe, .. "\"}"u8],
            "empty" => [],
            _ => [.. good, .. good],
        };
        await link.Raw.SendAsync(Wire.Items(0, 3, 0, [.. Wire.Item(good), .. Wire.Item(bad), .. Wire.Item(good)]), Wire.Complete(3));
        Assert.AreEqual(new Job(5, "ok"), await link.Channel.Reader.ReadAsync().Done("the reader waits for a good item"));
        var e = await link.Channel.Reader.ReadAsync().Fails<ItemUnreadableException, Job>("the reader waits for a bad item");
        Assert.IsNotNull(e.InnerException);
        StringAssert.Contains(e.Message, "test.job");
        Assert.AreEqual(new Job(5, "ok"), await link.Channel.Reader.ReadAsync().Done("the reader waits for the item behind it"));
        await link.Channel.Reader.Completion.Done("the reader waits for its end");
    }

    [TestMethod]
    public async Task Read_BadItemReachesAWaitingReader_OnlyThatReadThrows()
    {
        await using RawLink<NoItem, string> link = await RawLink<NoItem, string>.OpenAsync();
        Task<string>[] reads = [.. Enumerable.Range(0, 3).Select(_ => link.Channel.Reader.ReadAsync().AsTask())];
        await link.Raw.SendAsync(Wire.Items(0, 3, 0, [.. Wire.Item([65]), .. Wire.Item([0xfe]), .. Wire.Item([66])]));
        Assert.AreEqual("A", await reads[0].Done("the first read waits"));
        await reads[1].Fails<ItemUnreadableException>("the read of the bad item waits");
        Assert.AreEqual("B", await reads[2].Done("the third read waits"));
    }

    [TestMethod]
    public async Task ReadMany_BadItemAmongThem_TellsHowManyPrecede()
    {
        await using RawLink<NoItem, string> link = await RawLink<NoItem, string>.OpenAsync();
        await link.Raw.SendAsync(Wire.Items(0, 3, 0, [.. Wire.Item([65]), .. Wire.Item([0xfe]), .. Wire.Item([66])]));
        string[] items = new string[3];
        await Wait.Until(() => link.Channel.Reader.Count == 3, "the items wait to arrive");
        var e = await link.Channel.Reader.ReadManyAsync(items).Fails<ItemUnreadableException, int>("a read of many waits");
        Assert.AreEqual(1, e.PrecedingCount);
        Assert.AreEqual("A", items[0]);
        Assert.AreEqual(1, await link.Channel.Reader.ReadManyAsync(items).Done("the next read of many waits"));
        Assert.AreEqual("B", items[0]);
    }

    [TestMethod]
    public async Task Write_SerializerThrowsHalfWay_NothingIsSentAndTheChannelLives()
    {
        var settings = new ItemOptions<int> { Serializer = new HalfSerializer() };
        (DuplexChannel<int, NoItem> there, DuplexChannel<NoItem, int> here) = CrossChannel.CreatePair(
            new DuplexChannelOptions<int, NoItem> { WriteItems = settings }, new DuplexChannelOptions<NoItem, int> { ReadItems = settings });
        await there.WaitForPeerAsync().Done("the pair waits to greet");
        for (int i = 0; i < 100; i++)
        {
            if (i % 3 == 0)
            {
                int bad = -i - 1;
                Assert.ThrowsExactly<InvalidDataException>(() => there.Writer.TryWrite(bad));
                await there.Writer.WriteAsync(bad).Fails<InvalidDataException>("a bad write waits");
            }
            await there.Writer.WriteAsync(i).Done("a write waits");
        }
        there.Writer.Complete();
        for (int i = 0; i < 100; i++)
        {
            if (i % 10 == 9)
                await here.Reader.ReadAsync().Fails<ItemUnreadableException, int>("the reader waits for an unreadable item");
            else
                Assert.AreEqual(i, await here.Reader.ReadAsync().Done("the reader waits for an item"));
        }
        await here.Reader.Completion.Done("the reader waits for its end");
        await there.DisposeAsync().Done("the writer's end waits to close");
        await here.DisposeAsync().Done("the reader's end waits to close");
    }

    [TestMethod]
    public async Task Write_TooLarge_ThrowsAndTheChannelLives()
    {
        await using RawLink<byte[], NoItem> link = await RawLink<byte[], NoItem>.OpenAsync(welcome: Wire.Welcome(10, 1 << 20, 100));
        var e = await link.Channel.Writer.WriteAsync(new byte[101]).Fails<ItemTooLargeException>("a write that is too large waits");
        Assert.AreEqual(101, e.Size);
        Assert.AreEqual(100, e.Limit);
        await link.Channel.Writer.WriteAsync(new byte[100]).Done("a write waits");
        RawPeer.Frame frame = await link.Raw.ReadFrameAsync(FrameType.Items);
        Assert.HasCount(ItemsHeader.Size + 4 + 100, frame.Body);
    }

    /// <summary>Throws, after some bytes, on negative items, and when it reads one that ends in 9.</summary>
    private sealed class HalfSerializer : IItemSerializer<int>
    {
        public string ContentType => "half";

        public void Serialize(int item, IBufferWriter<byte> writer)
        {
            writer.Write("some bytes of"u8);
            if (item < 0)
                throw new InvalidDataException("on purpose");
            BitConverter.TryWriteBytes(writer.GetSpan(4), item);
            writer.Advance(4);
        }

        public int Deserialize(in ReadOnlySequence<byte> bytes)
        {
            int item = BitConverter.ToInt32(bytes.ToArray(), (int)bytes.Length - 4);
            return item % 10 == 9 ? throw new InvalidDataException("on purpose") : item;
        }
    }
}
