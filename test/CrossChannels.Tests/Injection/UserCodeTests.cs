using System.Threading.Channels;

namespace CrossChannels.Tests.Injection;

/// <summary>Serializers and comparers that throw or block: one item's problem, and never under a lock.</summary>
[TestClass]
public sealed class UserCodeTests : IDisposable
{
    private const int Total = 300;

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    public async Task Serializers_OfALinkFail_EachItemIsReadOrFailsOnce(int seed)
    {
        FaultPlan writing = new(seed, oneIn: 5), reading = new(~seed, oneIn: 5);
        var (here, there) = CrossChannel.CreatePair<long, NoItem>(
            new() { WriteItems = new() { Serializer = new FaultySerializer(writing, null) } },
            new() { Reading = new BoundedChannelOptions(7), ReadItems = new() { Serializer = new FaultySerializer(null, reading) } });
        await using (here)
        await using (there)
            await AssertEachIsReadOrFailsOnceAsync(here.Writer, there.Reader);
        writing.AssertNoLockWasHeld();
        reading.AssertNoLockWasHeld();
    }

    [TestMethod]
    [DataRow(1, false, false)]
    [DataRow(2, true, false)]
    [DataRow(3, false, true)]
    [DataRow(4, true, true)]
    public async Task Serializers_OfAHubFail_EachItemIsReadOrFailsOnce(int seed, bool isWriterRemote, bool isReaderRemote)
    {
        FaultPlan writing = new(seed, oneIn: 5), reading = new(~seed, oneIn: 5);
        var writes = new ItemOptions<long> { Serializer = new FaultySerializer(writing, null) };
        var reads = new ItemOptions<long> { Serializer = new FaultySerializer(null, reading) };
        await using SharedChannel<long> owner = await CrossChannel.CreateBoundedAsync(
            ChannelAddress.Unix(_directory["hub"]), 7,
            items: new ItemOptions<long> { Serializer = new FaultySerializer(isWriterRemote ? null : writing, isReaderRemote ? null : reading) }).Done();
        await using CrossChannelWriter<long> writer = isWriterRemote ? await CrossChannel.OpenWriterAsync(owner.Address, writes).Done() : owner.Writer;
        await using CrossChannelReader<long> reader = isReaderRemote ? await CrossChannel.OpenReaderAsync(owner.Address, reads).Done() : owner.Reader;
        await AssertEachIsReadOrFailsOnceAsync(writer, reader);
        writing.AssertNoLockWasHeld();
        reading.AssertNoLockWasHeld();
    }

    [TestMethod]
    public async Task Comparer_OfAPrioritizedChannelIsSlow_IsCalledUnderNoLock()
    {
        var plan = new FaultPlan(seed: 5, oneIn: int.MaxValue / 2);
        await using SharedChannel<long> owner = await CrossChannel.CreateUnboundedPrioritizedAsync(
            ChannelAddress.Unix(_directory["hub"]), new UnboundedPrioritizedChannelOptions<long> { Comparer = new FaultyComparer(plan) }).Done();
        await using CrossChannelWriter<long> writer = await CrossChannel.OpenWriterAsync<long>(owner.Address).Done();
        await using CrossChannelReader<long> reader = await CrossChannel.OpenReaderAsync<long>(owner.Address).Done();
        Task writing = Task.Run(async () =>
        {
            for (long item = 0; item < Total; item++)
                await (item % 2 == 0 ? writer.WriteAsync(Total - item) : owner.Writer.WriteAsync(Total - item));
        });
        for (int i = 0; i < Total; i++)
            await (i % 2 == 0 ? reader.ReadAsync() : owner.Reader.ReadAsync()).Done();
        await writing.Done();
        Assert.IsGreaterThan(0, plan.Calls);
        plan.AssertNoLockWasHeld();
    }

    private static async Task AssertEachIsReadOrFailsOnceAsync(CrossChannelWriter<long> writer, CrossChannelReader<long> reader)
    {
        Task<List<long>> writing = Task.Run(WriteAsync);
        List<long> read = [];
        int unreadable = 0;
        while (await reader.WaitToReadAsync().Done())
        {
            try
            {
                if (reader.TryRead(out long item))
                    read.Add(item);
            }
            catch (ItemUnreadableException e)
            {
                Assert.IsInstanceOfType<InjectedException>(e.InnerException);
                unreadable++;
            }
        }
        List<long> written = await writing.Done();
        await reader.Completion.Done();
        Assert.IsLessThan(Total, written.Count);
        Assert.AreNotEqual(0, unreadable);
        Assert.AreEqual(written.Count, read.Count + unreadable);
        CollectionAssert.IsSubsetOf(read, written);
        CollectionAssert.AreEqual(read.Order().Distinct().ToList(), read);

        async Task<List<long>> WriteAsync()
        {
            List<long> accepted = [];
            for (long item = 0; item < Total; item++)
            {
                try
                {
                    await writer.WriteAsync(item);
                    accepted.Add(item);
                }
                catch (InjectedException)
                {
                    // Nothing of it was written.
                }
            }
            writer.Complete();
            return accepted;
        }
    }

    private sealed class FaultyComparer(FaultPlan plan) : IComparer<long>
    {
        public int Compare(long x, long y)
        {
            plan.Call("IComparer.Compare");
            return x.CompareTo(y);
        }
    }
}
