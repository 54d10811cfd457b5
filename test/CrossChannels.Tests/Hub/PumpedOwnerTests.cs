using System.Buffers;
using System.Threading.Channels;
using CrossChannels.Hub;

namespace CrossChannels.Tests.Hub;

/// <summary>What the owner's two ends do beyond the core of the contract, without a link.</summary>
[TestClass]
public sealed class PumpedOwnerTests
{
    private static readonly BoundedChannelOptions s_dropOldest = new(2) { FullMode = BoundedChannelFullMode.DropOldest };

    [TestMethod]
    public void Prioritized_LowestFirst_Synchronously()
    {
        BackedChannel<int> channel = PumpedHub.Channel<int>(new UnboundedPrioritizedChannelOptions<int>());
        foreach (int item in (int[])[5, 1, 3])
            Assert.IsTrue(channel.Writer.TryWrite(item));
        Assert.IsTrue(channel.Reader.TryPeek(out int first));
        Assert.AreEqual(1, first);
        channel.Writer.Complete();
        int[] read = new int[4];
        Assert.AreEqual(3, channel.Reader.TryReadMany(read));
        CollectionAssert.AreEqual((int[])[1, 3, 5, 0], read);
        Assert.IsTrue(channel.Reader.Completion.IsCompletedSuccessfully);
    }

    [TestMethod]
    public void Prioritized_OwnComparer_Orders()
    {
        BackedChannel<string> channel = PumpedHub.Channel<string>(new UnboundedPrioritizedChannelOptions<string>
        {
            Comparer = Comparer<string>.Create(static (x, y) => y.Length.CompareTo(x.Length)),
        });
        Assert.AreEqual(3, channel.Writer.TryWriteMany(["b", "ccc", "aa"]));
        string[] read = new string[3];
        channel.Reader.TryReadMany(read);
        CollectionAssert.AreEqual((string[])["ccc", "aa", "b"], read);
    }

    [TestMethod]
    public async Task Rendezvous_WriteNeedsAReader_AndReadAWriter()
    {
        BackedChannel<int> channel = PumpedHub.Channel<int>(new BoundedChannelOptions(0));
        Assert.IsFalse(channel.Writer.TryWrite(1));
        Task<int> read = channel.Reader.ReadAsync().AsTask();
        Assert.IsTrue(channel.Writer.TryWrite(2));
        Assert.AreEqual(2, await read.Done());
        Task write = channel.Writer.WriteAsync(3).AsTask();
        Assert.IsFalse(write.IsCompleted);
        Assert.AreEqual(0, channel.Reader.Count);
        Assert.IsTrue(channel.Reader.TryPeek(out int waiting));
        Assert.AreEqual(3, waiting);
        Assert.IsTrue(channel.Reader.TryRead(out int item));
        Assert.AreEqual(3, item);
        await write.Done();
        await channel.Writer.JoinAsync().Done();
        Task blocked = channel.Writer.WriteAsync(4).AsTask();
        channel.Writer.Complete();
        await Assert.ThrowsExactlyAsync<ChannelClosedException>(() => blocked.Done());
        Assert.IsTrue(channel.Reader.Completion.IsCompletedSuccessfully);
    }

    [TestMethod]
    [DataRow(BoundedChannelFullMode.DropOldest)]
    [DataRow(BoundedChannelFullMode.DropNewest)]
    [DataRow(BoundedChannelFullMode.DropWrite)]
    public async Task Rendezvous_DropModes_DropUnlessSomebodyReads(BoundedChannelFullMode mode)
    {
        List<int> dropped = [];
        BackedChannel<int> channel = PumpedHub.Channel<int>(new BoundedChannelOptions(0) { FullMode = mode }, dropped.Add);
        Assert.IsTrue(channel.Writer.TryWrite(1));
        CollectionAssert.AreEqual((int[])[1], dropped);
        Task<int> read = channel.Reader.ReadAsync().AsTask();
        await channel.Writer.WriteAsync(2).Done();
        Assert.AreEqual(2, await read.Done());
        await channel.Writer.JoinAsync().Done();
    }

    [TestMethod]
    public void Items_CrossByValue_DroppedOnesToo()
    {
        List<int[]> dropped = [];
        BackedChannel<int[]> channel = PumpedHub.Channel<int[]>(s_dropOldest, dropped.Add);
        int[] item = [1];
        channel.Writer.TryWrite(item);
        item[0] = 2;
        channel.Writer.TryWrite(item);
        item[0] = 3;
        channel.Writer.TryWrite(item);
        Assert.AreEqual(1, dropped.Single()[0]);
        Assert.IsTrue(channel.Reader.TryRead(out int[]? read));
        Assert.AreEqual(2, read[0]);
        Assert.AreNotSame(item, read);
    }

    [TestMethod]
    public async Task Write_SerializerThrows_NothingIsWritten()
    {
        var settings = new ItemOptions<string> { Serializer = new PickySerializer() };
        BackedChannel<string> channel = PumpedHub.Channel(s_dropOldest, settings: settings);
        Assert.ThrowsExactly<FormatException>(() => channel.Writer.TryWrite("unwritable"));
        await Assert.ThrowsExactlyAsync<FormatException>(() => channel.Writer.WriteAsync("unwritable").Done());
        Assert.ThrowsExactly<ItemUnreadableException>(() => channel.Writer.TryWrite("unreadable"));
        ItemUnwritableException error = await Assert.ThrowsExactlyAsync<ItemUnwritableException>(() => channel.Writer.WriteManyAsync((string[])["a", "unwritable"]).Done());
        Assert.AreEqual(1, error.AcceptedCount);
        Assert.IsInstanceOfType<FormatException>(error.InnerException);
        Assert.AreEqual(1, channel.Reader.Count);
        Assert.IsTrue(channel.Reader.TryRead(out string? item));
        Assert.AreEqual("a", item);
        await channel.Writer.JoinAsync().Done();
    }

    [TestMethod]
    public void Write_TooLarge_Throws()
    {
        BackedChannel<byte[]> channel = PumpedHub.Channel(s_dropOldest, settings: new ItemOptions<byte[]> { MaxItemBytes = 4 });
        Assert.IsTrue(channel.Writer.TryWrite(new byte[4]));
        Assert.AreEqual(5, Assert.ThrowsExactly<ItemTooLargeException>(() => channel.Writer.TryWrite(new byte[5])).Size);
        Assert.AreEqual(1, channel.Reader.Count);
    }

    [TestMethod]
    public async Task ItemDropped_Throws_AtTheWrite()
    {
        BackedChannel<int> channel = PumpedHub.Channel<int>(s_dropOldest, static item => throw new FormatException($"{item}"));
        Assert.AreEqual(2, channel.Writer.TryWriteMany([0, 1]));
        Assert.AreEqual("0", Assert.ThrowsExactly<FormatException>(() => channel.Writer.TryWrite(2)).Message);
        Assert.AreEqual("1", Assert.ThrowsExactly<FormatException>(() => channel.Writer.WriteAsync(3).AsTask().IsCompleted).Message);
        Assert.AreEqual(2, channel.Reader.Count);
        int[] read = new int[2];
        Assert.AreEqual(2, await channel.Reader.ReadManyAsync(read).Done());
        CollectionAssert.AreEqual((int[])[2, 3], read);
        await channel.Writer.JoinAsync().Done();
    }

    [TestMethod]
    public async Task JoinAsync_Prioritized_WaitsForTheItemsOfItsTime()
    {
        BackedChannel<int> channel = PumpedHub.Channel<int>(new UnboundedPrioritizedChannelOptions<int>());
        channel.Writer.TryWrite(10);
        Task join = channel.Writer.JoinAsync().AsTask();
        channel.Writer.TryWrite(1);
        channel.Writer.TryWrite(11);
        Assert.IsTrue(channel.Reader.TryRead(out int item));
        Assert.AreEqual(1, item);
        Assert.IsFalse(join.IsCompleted);
        Assert.IsTrue(channel.Reader.TryRead(out item));
        Assert.AreEqual(10, item);
        await join.Done();
        Assert.AreEqual(1, channel.Reader.Count);
    }

    [TestMethod]
    public async Task Close_ByTheReader_DropsWhatIsQueued_AndWritersLearnTheReason()
    {
        BackedChannel<int> channel = PumpedHub.Channel<int>(s_dropOldest);
        channel.Writer.TryWrite(1);
        Task join = channel.Writer.JoinAsync().AsTask();
        await channel.Reader.CloseAsync("enough").Done();
        Assert.AreEqual(0, channel.Reader.Count);
        await Assert.ThrowsExactlyAsync<ReaderClosedException>(() => join.Done());
        Assert.IsFalse(channel.Writer.TryWrite(2));
        ChannelClosedException closed = await Assert.ThrowsExactlyAsync<ChannelClosedException>(() => channel.Writer.WriteAsync(2).Done());
        Assert.AreEqual("enough", Assert.IsInstanceOfType<ReaderClosedException>(closed.InnerException).Reason);
        await Assert.ThrowsExactlyAsync<ReaderClosedException>(() => channel.Writer.WaitToWriteAsync().Done());
        PartialWriteException partial = await Assert.ThrowsExactlyAsync<PartialWriteException>(() => channel.Writer.WriteManyAsync((int[])[1]).Done());
        Assert.AreEqual(0, partial.AcceptedCount);
        Assert.AreEqual(EndingKind.ReaderClosed, channel.Writer.Ending?.Kind);
        Assert.AreEqual(EndingKind.ReaderClosed, channel.Reader.Ending?.Kind);
        Assert.IsFalse(channel.Writer.TryComplete());
    }

    [TestMethod]
    public async Task Close_ByTheReader_WakesABlockedWriter()
    {
        BackedChannel<int> channel = PumpedHub.Channel<int>(new BoundedChannelOptions(0));
        Task write = channel.Writer.WriteAsync(1).AsTask();
        await channel.Reader.DisposeAsync().Done();
        ChannelClosedException closed = await Assert.ThrowsExactlyAsync<ChannelClosedException>(() => write.Done());
        Assert.IsInstanceOfType<ReaderClosedException>(closed.InnerException);
    }

    [TestMethod]
    public async Task Close_ByTheWriter_IsNoCompletion()
    {
        BackedChannel<int> channel = PumpedHub.Channel<int>(s_dropOldest);
        channel.Writer.TryWrite(1);
        Assert.AreEqual(0, await channel.Writer.CloseAsync().Done());
        Assert.IsFalse(channel.Writer.TryWrite(2));
        Assert.IsFalse(channel.Writer.TryComplete());
        Assert.AreEqual(EndingKind.WriterLeft, channel.Writer.Ending?.Kind);
        Assert.IsTrue(channel.Reader.TryRead(out _));
        Assert.IsFalse(channel.Reader.Completion.IsCompleted);
        Assert.IsNull(channel.Reader.Ending);
        await channel.CloseAsync(TimeSpan.Zero).Done();
        OwnerLeftException left = await Assert.ThrowsExactlyAsync<OwnerLeftException>(() => channel.Reader.Completion.Done());
        Assert.AreEqual(0, left.UnreadCount);
    }

    [TestMethod]
    public async Task CloseAsync_NobodyReadsTheRest_SaysHowManyWereLeft()
    {
        BackedChannel<int> channel = PumpedHub.Channel<int>(s_dropOldest);
        channel.Writer.TryWriteMany([1, 2]);
        Assert.AreEqual(2, await channel.CloseAsync(Wait.Deadline).Done());
        Assert.AreEqual(0, channel.Reader.Count);
        Assert.AreEqual(0, await channel.CloseAsync(Wait.Deadline).Done());
    }

    [TestMethod]
    public async Task ReadMany_AtTheEnd_ThrowsAsReadDoes()
    {
        BackedChannel<int> channel = PumpedHub.Channel<int>(s_dropOldest);
        Task<int> pending = channel.Reader.ReadManyAsync(new int[4]).AsTask();
        channel.Writer.TryWrite(7);
        Assert.AreEqual(1, await pending.Done());
        pending = channel.Reader.ReadManyAsync(new int[4]).AsTask();
        var error = new FormatException("broken");
        channel.Writer.Complete(error);
        Assert.AreSame(error, (await Assert.ThrowsExactlyAsync<ChannelClosedException>(() => pending.Done())).InnerException);
        Assert.AreEqual(new Ending(EndingKind.Faulted, error), channel.Reader.Ending);
    }

    [TestMethod]
    public async Task ReadInto_CopiesOrTellsTheSize()
    {
        BackedChannel<byte[]> channel = PumpedHub.Channel<byte[]>(s_dropOldest);
        channel.Writer.TryWrite([1, 2, 3]);
        ArgumentException error = await Assert.ThrowsExactlyAsync<ArgumentException>(() => channel.Reader.ReadIntoAsync(new byte[2]).Done());
        StringAssert.Contains(error.Message, "3 bytes");
        byte[] bytes = new byte[4];
        Assert.AreEqual(3, await channel.Reader.ReadIntoAsync(bytes).Done());
        CollectionAssert.AreEqual((byte[])[1, 2, 3, 0], bytes);
    }

    /// <summary>The built-in channels lose an item here once in many thousand times.</summary>
    [TestMethod]
    public async Task ReadAsync_CanceledWhileItIsQueued_LosesNoItem()
    {
        for (int i = 0; i < 5_000; i++)
        {
            BackedChannel<int> channel = PumpedHub.Channel<int>(s_dropOldest);
            using var source = new CancellationTokenSource();
            Task<bool> reading = Task.Run(() => TryReadAsync(channel.Reader, source.Token));
            Task canceling = source.CancelAsync();
            Assert.IsTrue(channel.Writer.TryWrite(1));
            if (!await reading.Done())
                Assert.AreEqual(1, await channel.Reader.ReadAsync().Done());
            await canceling.Done();
        }

        static async Task<bool> TryReadAsync(CrossChannelReader<int> reader, CancellationToken cancellationToken)
        {
            try
            {
                return await reader.ReadAsync(cancellationToken) == 1;
            }
            catch (OperationCanceledException e) when (e.CancellationToken == cancellationToken)
            {
                return false;
            }
        }
    }

    /// <summary>Refuses some items, at the write or at the read.</summary>
    internal sealed class PickySerializer : IItemSerializer<string>
    {
        public string ContentType => "picky";

        public void Serialize(string item, IBufferWriter<byte> writer)
        {
            if (item == "unwritable")
                throw new FormatException("unwritable");
            writer.Write(System.Text.Encoding.UTF8.GetBytes(item));
        }

        public string Deserialize(in ReadOnlySequence<byte> bytes)
        {
            string item = System.Text.Encoding.UTF8.GetString(bytes.ToArray());
            return item == "unreadable" ? throw new FormatException("unreadable") : item;
        }
    }
}
