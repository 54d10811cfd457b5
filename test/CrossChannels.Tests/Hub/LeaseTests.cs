using System.Buffers;
using System.Text;
using System.Threading.Channels;

namespace CrossChannels.Tests.Hub;

/// <summary>Items that are settled one by one, at the owner's reader and at remote ones.</summary>
[TestClass]
public sealed class LeaseTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    private ChannelAddress Address => ChannelAddress.Unix(_directory["hub"]);

    public void Dispose() => _directory.Dispose();

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task Lease_SettledTwice_Throws(bool isRemote)
    {
        await using LeasedChannel<string> owner = await CrossChannel.CreateLeasedAsync<string>(Address, 100).Done();
        LeasedReader<string> reader = await ReaderAsync(owner, isRemote);
        for (int i = 0; i < 5; i++)
            await owner.Writer.WriteAsync($"{i}").Done();
        Lease<string> completed = await reader.ReadAsync().Done();
        Assert.AreEqual("0", completed.Item);
        Assert.AreEqual(1, completed.DeliveryCount);
        completed.Complete();
        AssertSettled(completed);

        Lease<string> confirmed = await reader.ReadAsync().Done();
        await confirmed.CompleteAsync().Done();
        AssertSettled(confirmed);

        Lease<string> counted = await reader.ReadAsync().Done();
        reader.TaskDone();
        AssertSettled(counted);
        Assert.ThrowsExactly<InvalidOperationException>(reader.TaskDone);

        Lease<string> abandoned = await reader.ReadAsync().Done();
        abandoned.Abandon();
        AssertSettled(abandoned);
        Lease<string> disposed = await reader.ReadAsync().Done();
        if (disposed.Item == "4")
        {
            disposed.Complete();
            disposed = await reader.ReadAsync().Done();
        }
        Assert.AreEqual("3", disposed.Item);
        Assert.AreEqual(2, disposed.DeliveryCount);
        disposed.Dispose();
        AssertSettled(disposed);
        List<string> rest = [];
        owner.Writer.Complete();
        await foreach (Lease<string> lease in reader.ReadAllAsync())
        {
            rest.Add($"{lease.Item}/{lease.DeliveryCount}");
            lease.Complete();
        }
        CollectionAssert.Contains(rest, "3/3");
        Assert.IsInRange(1, 2, rest.Count);
        await reader.Completion.Done();
        await reader.DisposeAsync().Done();

        static void AssertSettled(Lease<string> lease)
        {
            Assert.ThrowsExactly<InvalidOperationException>(lease.Complete);
            Assert.ThrowsExactly<InvalidOperationException>(lease.Abandon);
            Assert.ThrowsExactly<InvalidOperationException>(() => { _ = lease.CompleteAsync(); });
            lease.Dispose();
        }
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task TaskDone_SettlesTheOldest(bool isRemote)
    {
        await using LeasedChannel<int> owner = await CrossChannel.CreateLeasedAsync<int>(Address, 100).Done();
        await using LeasedReader<int> reader = await ReaderAsync(owner, isRemote);
        Assert.ThrowsExactly<InvalidOperationException>(reader.TaskDone);
        List<Lease<int>> leases = [];
        for (int i = 0; i < 4; i++)
        {
            await owner.Writer.WriteAsync(i).Done();
            leases.Add(await reader.ReadAsync().Done());
        }
        leases[0].Complete();
        leases[2].Complete();
        reader.TaskDone();
        Assert.ThrowsExactly<InvalidOperationException>(leases[1].Complete);
        Task join = owner.Writer.JoinAsync().AsTask();
        Assert.IsFalse(join.IsCompleted);
        reader.TaskDone();
        await join.Done();
        Assert.ThrowsExactly<InvalidOperationException>(reader.TaskDone);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task MaxDeliveries_TheItemGoesToTheDeadLetters(bool isRemote)
    {
        await using LeasedChannel<string> owner = await CrossChannel.CreateLeasedAsync<string>(Address, 10, new() { MaxDeliveries = 3 }).Done();
        await using LeasedReader<string> reader = await ReaderAsync(owner, isRemote);
        await owner.Writer.WriteAsync("poison").Done();
        for (int delivery = 1; delivery <= 3; delivery++)
        {
            Lease<string> lease = await reader.ReadAsync().Done();
            Assert.AreEqual(delivery, lease.DeliveryCount);
            lease.Abandon();
        }
        Assert.AreEqual("poison", await owner.DeadLetters!.Reader.ReadAsync().Done());
        await owner.Writer.JoinAsync().Done();
        Assert.IsFalse(reader.TryRead(out _));
        await using CrossChannelReader<string> letters = await CrossChannel.OpenReaderAsync<string>(owner.DeadLetters.Address).Done();
        await owner.Writer.WriteAsync("again").Done();
        for (int delivery = 1; delivery <= 3; delivery++)
            (await reader.ReadAsync().Done()).Dispose();
        Assert.AreEqual("again", await letters.ReadAsync().Done());
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task UnreadableItem_IsAbandoned_AndTheChannelLives(bool isRemote)
    {
        var settings = new ItemOptions<string> { Serializer = new PickySerializer() };
        await using LeasedChannel<string> owner = await CrossChannel.CreateLeasedAsync(Address, 10, new() { MaxDeliveries = 2 }, items: settings).Done();
        await using LeasedReader<string> reader = isRemote ? await CrossChannel.OpenLeasedReaderAsync(owner.Address, settings).Done() : owner.Reader;
        await owner.Writer.WriteAsync("bad").Done();
        for (int i = 0; i < 2; i++)
            await Assert.ThrowsExactlyAsync<ItemUnreadableException>(() => reader.ReadAsync().Done());
        await owner.Writer.WriteAsync("good").Done();
        Lease<string> lease = await reader.ReadAsync().Done();
        Assert.AreEqual("good", lease.Item);
        await lease.CompleteAsync().Done();
        await owner.Writer.JoinAsync().Done();
        await Assert.ThrowsExactlyAsync<ItemUnreadableException>(() => owner.DeadLetters!.Reader.ReadAsync().Done());
    }

    [TestMethod]
    [DataRow(false, "close")]
    [DataRow(false, "dispose")]
    [DataRow(true, "close")]
    public async Task RemoteReader_Leaves_ItsOpenLeasesComeAgainInOrder(bool settlesSome, string how)
    {
        await using LeasedChannel<int> owner = await CrossChannel.CreateLeasedAsync<int>(Address, 100).Done();
        LeasedReader<int> reader = await CrossChannel.OpenLeasedReaderAsync<int>(owner.Address).Done();
        for (int i = 0; i < 20; i++)
            await owner.Writer.WriteAsync(i).Done();
        List<Lease<int>> leases = [];
        for (int i = 0; i < 10; i++)
            leases.Add(await reader.ReadAsync().Done());
        if (settlesSome)
        {
            foreach (int i in (int[])[7, 0, 3])
                leases[i].Complete();
        }
        if (how == "close")
            await reader.CloseAsync().Done();
        else
            await reader.DisposeAsync().Done();
        Assert.ThrowsExactly<ChannelClosedException>(leases[1].Complete);
        int[] settled = settlesSome ? [0, 3, 7] : [];
        await Wait.Until(() => owner.Reader.Count == 20 - settled.Length);
        foreach (int expected in Enumerable.Range(0, 20).Except(settled))
        {
            Lease<int> lease = await owner.Reader.ReadAsync().Done();
            Assert.AreEqual(expected, lease.Item);
            Assert.AreEqual(expected < 10 ? 2 : 1, lease.DeliveryCount);
            lease.Complete();
        }
        await owner.Writer.JoinAsync().Done();
    }

    [TestMethod]
    [DataRow(CapacityRelease.Taken, false)]
    [DataRow(CapacityRelease.Taken, true)]
    [DataRow(CapacityRelease.Settled, false)]
    [DataRow(CapacityRelease.Settled, true)]
    public async Task SlotRelease_TheSlotIsFreeWhenTakenOrWhenSettled(CapacityRelease release, bool isRemote)
    {
        await using LeasedChannel<int> owner = await CrossChannel.CreateLeasedAsync<int>(Address, 2, new() { CapacityRelease = release }).Done();
        await using LeasedReader<int> reader = await ReaderAsync(owner, isRemote);
        await owner.Writer.WriteAsync(0).Done();
        await owner.Writer.WriteAsync(1).Done();
        Task write = owner.Writer.WriteAsync(2).AsTask();
        Lease<int> lease = await reader.ReadAsync().Done();
        if (release == CapacityRelease.Settled)
        {
            Lease<int> other = await reader.ReadAsync().Done();
            Assert.IsFalse(write.IsCompleted);
            other.Abandon();
            other = await reader.ReadAsync().Done();
            Assert.AreEqual(1, other.Item);
            Assert.IsFalse(write.IsCompleted);
            await lease.CompleteAsync().Done();
            await write.Done();
            Assert.IsFalse(owner.Writer.TryWrite(3));
            other.Complete();
        }
        else
        {
            await write.Done();
            lease.Complete();
            Lease<int> other = await reader.ReadAsync().Done();
            await owner.Writer.WriteAsync(3).Done();
            other.Complete();
        }
        owner.Abort();
    }

    /// <summary>A join is for the items of all writers, wherever it is asked for.</summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task JoinAsync_WaitsForTheItemsOfAllWriters(bool isRemote)
    {
        await using LeasedChannel<int> owner = await CrossChannel.CreateLeasedAsync<int>(Address, 100).Done();
        await using var writers = new RemoteWriters<int>(await RemoteWriters.OpenAsync<int>(owner.Address, 2));
        await using LeasedReader<int> reader = await CrossChannel.OpenLeasedReaderAsync<int>(owner.Address).Done();
        await owner.Writer.WriteAsync(0).Done();
        await writers.All[0].WriteAsync(1).Done();
        await writers.All[0].FlushAsync().Done();
        await writers.All[1].WriteAsync(2).Done();
        await writers.All[1].FlushAsync().Done();
        Task join = (isRemote ? writers.All[0] : owner.Writer).JoinAsync().AsTask();
        for (int i = 0; i < 3; i++)
        {
            Assert.IsFalse(join.IsCompleted);
            await (await reader.ReadAsync().Done()).CompleteAsync().Done();
        }
        await join.Done();
    }

    /// <summary>Completed means that nothing can come again.</summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task Complete_LeasesAreOpen_NobodyIsDoneBefore(bool isRemote)
    {
        await using LeasedChannel<int> owner = await CrossChannel.CreateLeasedAsync<int>(Address, 100).Done();
        await using LeasedReader<int> other = await CrossChannel.OpenLeasedReaderAsync<int>(owner.Address).Done();
        LeasedReader<int> reader = await ReaderAsync(owner, isRemote);
        await owner.Writer.WriteAsync(7).Done();
        Lease<int> lease = await reader.ReadAsync().Done();
        owner.Writer.Complete();
        Task<bool> wait = other.WaitToReadAsync().AsTask();
        Assert.IsFalse(owner.Reader.Completion.IsCompleted);
        lease.Abandon();
        Assert.IsTrue(await wait.Done());
        Lease<int> again = await other.ReadAsync().Done();
        Assert.AreEqual(2, again.DeliveryCount);
        Assert.IsFalse(owner.Reader.Completion.IsCompleted || reader.Completion.IsCompleted || other.Completion.IsCompleted);
        again.Complete();
        await Task.WhenAll(owner.Reader.Completion, reader.Completion, other.Completion).Done();
        await reader.DisposeAsync().Done();
    }

    /// <summary>Ten thousand items, settled in any order, are each completed once, and delivered as often as they were abandoned.</summary>
    [TestMethod]
    [DataRow(false, 1)]
    [DataRow(true, 2)]
    public async Task TenThousandLeases_InAnyOrder_AgainstAModel(bool isRemote, int seed)
    {
        const int Total = 10_000;
        await using LeasedChannel<int> owner = await CrossChannel.CreateLeasedAsync<int>(Address, 500).Done();
        await using LeasedReader<int> reader = await ReaderAsync(owner, isRemote);
        var random = new Random(seed);
        int[] deliveries = new int[Total];
        bool[] isCompleted = new bool[Total];
        List<Lease<int>> open = [];
        Task writing = Task.Run(async () =>
        {
            for (int i = 0; i < Total; i++)
                await owner.Writer.WriteAsync(i);
        });
        for (int completed = 0; completed < Total;)
        {
            while (open.Count < 300 && (reader.TryRead(out Lease<int>? lease) || (open.Count == 0 && (lease = await reader.ReadAsync().Done()) is not null)))
            {
                Assert.AreEqual(++deliveries[lease.Item], lease.DeliveryCount);
                Assert.IsFalse(isCompleted[lease.Item]);
                open.Add(lease);
            }
            int at = random.Next(open.Count);
            Lease<int> settled = open[at];
            open[at] = open[^1];
            open.RemoveAt(open.Count - 1);
            if (random.Next(8) == 0)
            {
                settled.Abandon();
                continue;
            }
            isCompleted[settled.Item] = true;
            completed++;
            settled.Complete();
        }
        await writing.Done();
        await owner.Writer.JoinAsync().Done();
        Assert.IsFalse(reader.TryRead(out _));
        Assert.AreEqual(0, owner.Reader.Count);
    }

    private static async Task<LeasedReader<T>> ReaderAsync<T>(LeasedChannel<T> owner, bool isRemote) =>
        isRemote ? await CrossChannel.OpenLeasedReaderAsync<T>(owner.Address).Done() : owner.Reader;

    private sealed class PickySerializer : IItemSerializer<string>
    {
        public string ContentType => "picky";

        public void Serialize(string item, IBufferWriter<byte> writer) => writer.Write(Encoding.UTF8.GetBytes(item));

        public string Deserialize(in ReadOnlySequence<byte> bytes)
        {
            string item = Encoding.UTF8.GetString(bytes);
            return item == "bad" ? throw new FormatException("bad") : item;
        }
    }
}
