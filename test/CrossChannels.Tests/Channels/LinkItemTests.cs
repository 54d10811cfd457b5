using System.Buffers;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace CrossChannels.Tests.Channels;

/// <summary>Items that are special, or bad: each is its own problem, and the channel lives.</summary>
[TestClass]
public sealed class LinkItemTests
{
    [TestMethod]
    public async Task NullItems_Cross()
    {
        await using LinkEnds<string?, NoItem> texts = await OpenAsync<string?>();
        await using LinkEnds<byte[]?, NoItem> bytes = await OpenAsync<byte[]?>();
        await using LinkEnds<int?, NoItem> numbers = await OpenAsync<int?>();
        foreach (string? text in (string?[])["a", null, "", null])
        {
            await texts.Writer.WriteAsync(text).Done();
            Assert.AreEqual(text, await texts.Reader.ReadAsync().Done());
        }
        foreach (byte[]? item in (byte[]?[])[null, [], [1]])
        {
            Assert.IsTrue(bytes.Writer.TryWrite(item));
            CollectionAssert.AreEqual(item, await bytes.Reader.ReadAsync().Done());
        }
        foreach (int? number in (int?[])[null, 0, 5])
        {
            await numbers.Writer.WriteAsync(number).Done();
            Assert.AreEqual(number, await numbers.Reader.ReadAsync().Done());
        }
    }

    [TestMethod]
    public async Task NullItem_OfAPendingWrite_Crosses()
    {
        await using LinkEnds<string?, NoItem> ends = await OpenAsync<string?>(capacity: 1);
        await ends.Writer.WriteAsync("a").Done();
        Task write = ends.Writer.WriteAsync(null).AsTask();
        Assert.AreEqual("a", await ends.Reader.ReadAsync().Done());
        await write.Done();
        Assert.IsNull(await ends.Reader.ReadAsync().Done());
    }

    [TestMethod]
    public async Task WrittenMemory_IsCopied()
    {
        await using LinkEnds<byte[], NoItem> ends = await OpenAsync<byte[]>(capacity: 1);
        byte[] item = [1];
        await ends.Writer.WriteAsync(item).Done();
        item[0] = 2;
        Task write = ends.Writer.WriteAsync(item).AsTask();
        item[0] = 3;
        Assert.AreEqual(1, (await ends.Reader.ReadAsync().Done())[0]);
        await write.Done();
        byte[] second = await ends.Reader.ReadAsync().Done();
        Assert.AreEqual(2, second[0]);
        Assert.AreNotSame(item, second);
    }

    [TestMethod]
    public async Task PooledItems_LiveUntilTheyAreDisposed()
    {
        (DuplexChannel<byte[], NoItem> first, DuplexChannel<NoItem, IMemoryOwner<byte>> second) = PairOf<byte[], IMemoryOwner<byte>>();
        await using (first)
        await using (second)
        {
            for (byte i = 0; i < 100; i++)
                await first.Writer.WriteAsync(new byte[] { i, i, i }).Done();
            await first.Writer.FlushAsync().Done();
            IMemoryOwner<byte>[] items = new IMemoryOwner<byte>[100];
            for (int i = 0; i < items.Length; i += 4)
            {
                items[i] = await second.Reader.ReadAsync().Done();
                Assert.IsTrue(second.Reader.TryRead(out items[i + 1]!));
                Assert.AreEqual(2, second.Reader.TryReadMany(items.AsSpan(i + 2, 2)));
            }
            for (byte i = 0; i < 100; i++)
                Assert.AreEqual($"{i} {i} {i}", string.Join(' ', items[i].Memory.ToArray()));
            items[0].Dispose();
            items[0].Dispose();
            Assert.ThrowsExactly<ObjectDisposedException>(() => items[0].Memory);
            await second.DisposeAsync();
            Assert.AreEqual(99, items[99].Memory.Span[2]);
            foreach (IMemoryOwner<byte> item in items)
                item.Dispose();
        }
    }

    [TestMethod]
    public async Task ReadIntoAsync_TooSmallABuffer_LosesNothing()
    {
        await using LinkEnds<byte[], NoItem> ends = await OpenAsync<byte[]>();
        byte[] buffer = new byte[3];
        Task<int> pending = ends.Reader.ReadIntoAsync(buffer).AsTask();
        await ends.Writer.WriteAsync([7, 8]).Done();
        Assert.AreEqual(2, await pending.Done());
        Assert.AreEqual("7 8 0", string.Join(' ', buffer));
        await ends.Writer.WriteAsync([1, 2, 3, 4]).Done();
        ends.Writer.Complete();
        ArgumentException e = await Assert.ThrowsExactlyAsync<ArgumentException>(() => ends.Reader.ReadIntoAsync(buffer).Done());
        StringAssert.Contains(e.Message, "has 4 bytes");
        Assert.AreEqual(1, ends.Reader.Count);
        Assert.AreEqual(4, await ends.Reader.ReadIntoAsync(new byte[4]).Done());
        await Assert.ThrowsExactlyAsync<ChannelClosedException>(() => ends.Reader.ReadIntoAsync(buffer).Done());
    }

    [TestMethod]
    public async Task ReadIntoAsync_MemoryItemsAndErrors()
    {
        await using LinkEnds<ReadOnlyMemory<byte>, NoItem> ends = await OpenAsync<ReadOnlyMemory<byte>>();
        await ends.Writer.WriteAsync(new byte[] { 5 }).Done();
        byte[] buffer = new byte[1];
        Assert.AreEqual(1, await ends.Reader.ReadIntoAsync(buffer).Done());
        Assert.AreEqual(5, buffer[0]);
        Task<int> pending = ends.Reader.ReadIntoAsync(buffer).AsTask();
        ends.Writer.Complete(new FormatException("broken"));
        ChannelClosedException closed = await Assert.ThrowsExactlyAsync<ChannelClosedException>(() => pending.Done());
        Assert.IsInstanceOfType<RemoteChannelException>(closed.InnerException);
        await Assert.ThrowsAsync<OperationCanceledException>(() => ends.Reader.ReadIntoAsync(buffer, new CancellationToken(true)).Done());
    }

    [TestMethod]
    public async Task UnreadableItem_FailsItsReadOnly()
    {
        await using LinkEnds<string, NoItem> ends = await OpenAsync(new PickySerializer());
        ValueTask<string> pending = ends.Reader.ReadAsync();
        await ends.Writer.WriteManyAsync(new[] { "bad", "a", "bad", "b", "c", "bad", "d" }).Done();
        ItemUnreadableException e = await Assert.ThrowsExactlyAsync<ItemUnreadableException>(() => pending.Done());
        Assert.IsInstanceOfType<FormatException>(e.InnerException);
        StringAssert.Contains(e.Message, "cannot be read");
        Assert.AreEqual("a", await ends.Reader.ReadAsync().Done());
        await ends.ArriveAsync();
        Assert.ThrowsExactly<ItemUnreadableException>(() => ends.Reader.TryPeek(out _));
        ValueTask<string> read = ends.Reader.ReadAsync();
        Assert.IsTrue(read.IsFaulted);
        await Assert.ThrowsExactlyAsync<ItemUnreadableException>(() => read.Done());
        string[] many = new string[5];
        e = Assert.ThrowsExactly<ItemUnreadableException>(() => ends.Reader.TryReadMany(many));
        Assert.AreEqual(2, e.PrecedingCount);
        Assert.AreEqual("b c", string.Join(' ', many[..2]));
        Assert.AreEqual(1, await ends.Reader.ReadManyAsync(many).Done());
        Assert.AreEqual("d", many[0]);
        Assert.IsNull(ends.Reader.Ending);
        await ends.Writer.JoinAsync().Done();
    }

    [TestMethod]
    public async Task SerializerThrowsHalfWay_NothingIsSent()
    {
        await using LinkEnds<string, NoItem> ends = await OpenAsync(new PickySerializer());
        Assert.ThrowsExactly<FormatException>(() => ends.Writer.TryWrite("half"));
        ValueTask write = ends.Writer.WriteAsync("half");
        Assert.IsTrue(write.IsFaulted);
        await Assert.ThrowsExactlyAsync<FormatException>(() => write.Done());
        ItemUnwritableException unwritable = await Assert.ThrowsExactlyAsync<ItemUnwritableException>(() => ends.Writer.WriteManyAsync(new[] { "a", "half", "b" }).Done());
        Assert.AreEqual(1, unwritable.AcceptedCount);
        Assert.IsInstanceOfType<FormatException>(unwritable.InnerException);
        await ends.Writer.WriteAsync("c").Done();
        Assert.AreEqual("a", await ends.Reader.ReadAsync().Done());
        Assert.AreEqual("c", await ends.Reader.ReadAsync().Done());
        Assert.AreEqual(0, ends.Reader.Count);
    }

    [TestMethod]
    public async Task Serializer_WritesToAnotherChannel_IsNoProblem()
    {
        await using LinkEnds<string, NoItem> inner = await OpenAsync<string>();
        await using LinkEnds<string, NoItem> outer = await OpenAsync(new PickySerializer { Serializing = item => Assert.IsTrue(inner.Writer.TryWrite(item)) });
        await outer.Writer.WriteAsync("a").Done();
        Assert.AreEqual("a", await inner.Reader.ReadAsync().Done());
        Assert.AreEqual("a", await outer.Reader.ReadAsync().Done());
    }

    private static async Task<LinkEnds<T, NoItem>> OpenAsync<T>(int capacity = 1024, [CallerMemberName] string test = "")
    {
        (DuplexChannel<T, NoItem> first, DuplexChannel<NoItem, T> second) = CrossChannel.CreatePair<T, NoItem>(
            null, new() { Reading = new BoundedChannelOptions(capacity) });
        await first.WaitForPeerAsync().Done();
        return new LinkEnds<T, NoItem>(first, second, test);
    }

    private static async Task<LinkEnds<string, NoItem>> OpenAsync(PickySerializer serializer, [CallerMemberName] string test = "")
    {
        (DuplexChannel<string, NoItem> first, DuplexChannel<NoItem, string> second) = CrossChannel.CreatePair<string, NoItem>(
            new() { WriteItems = new() { Serializer = serializer } }, new() { ReadItems = new() { Serializer = serializer } });
        await first.WaitForPeerAsync().Done();
        return new LinkEnds<string, NoItem>(first, second, test);
    }

    /// <summary>Two ends of which each sees the bytes as another type.</summary>
    private static (DuplexChannel<TWrite, NoItem> First, DuplexChannel<NoItem, TRead> Second) PairOf<TWrite, TRead>()
    {
        System.IO.Pipelines.Pipe there = new(), back = new();
        return (
            CrossChannel.Over<TWrite, NoItem>(back.Reader.AsStream(), there.Writer.AsStream()),
            CrossChannel.Over<NoItem, TRead>(there.Reader.AsStream(), back.Writer.AsStream()));
    }

    /// <summary>Fails to write "half" after the first half, and to read "bad".</summary>
    private sealed class PickySerializer : IItemSerializer<string>
    {
        public Action<string>? Serializing { get; init; }

        public string ContentType => "test/picky";

        public void Serialize(string item, IBufferWriter<byte> writer)
        {
            writer.Write("h"u8);
            if (string.Equals(item, "half", StringComparison.Ordinal))
                throw new FormatException("This item cannot be written.");
            Serializing?.Invoke(item);
            writer.Write(System.Text.Encoding.UTF8.GetBytes(item));
        }

        public string Deserialize(in ReadOnlySequence<byte> bytes)
        {
            string item = System.Text.Encoding.UTF8.GetString(bytes.ToArray())[1..];
            return string.Equals(item, "bad", StringComparison.Ordinal) ? throw new FormatException("This item cannot be read.") : item;
        }
    }
}
