using CrossChannels.Workers;

namespace CrossChannels.Tests.Workers.Pool;

/// <summary>Items and results that are more, together or alone, than one message may have.</summary>
[TestClass]
[DoNotParallelize]
public sealed class PoolChunkTests
{
    private const int MaxMessageBytes = 32 * 1024;

    [TestMethod]
    public async Task Items_TooLargeForOneMessage_TravelInSeveral()
    {
        await using var pool = new SmallPool();
        byte[][] items = [.. Enumerable.Range(1, 9).Select(static length => new byte[length * 1500])];
        int[] lengths = await pool.Pool.MapAsync(static (byte[] item) => item.Length, items, chunkSize: 9).Done();
        CollectionAssert.AreEqual(items.Select(static item => item.Length).ToArray(), lengths);
        Assert.AreEqual(1, pool.Starts);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(4)]
    public async Task Item_TooLargeForAMessage_FailsItsCallByNumber_AndCostsNoWorker(int chunkSize)
    {
        await using var pool = new SmallPool();
        byte[][] items = [new byte[10], new byte[10], new byte[MaxMessageBytes], new byte[10]];
        ArgumentException refused = await Assert.ThrowsExactlyAsync<ArgumentException>(
            () => pool.Pool.MapAsync(static (byte[] item) => item.Length, items, chunkSize).Done());
        StringAssert.StartsWith(refused.Message, "Item 2 for a lambda in Item_TooLargeForAMessage_FailsItsCallByNumber_AndCostsNoWorker cannot go");
        Assert.AreEqual(49, await pool.Pool.RunAsync(PoolTasks.Square, 7).Done());
        Assert.AreEqual(1, pool.Starts);
    }

    [TestMethod]
    public async Task OrderedItem_TooLargeForAMessage_ComesAfterTheResultsBeforeIt()
    {
        await using var pool = new SmallPool();
        byte[][] items = [new byte[1], new byte[2], new byte[MaxMessageBytes], new byte[3]];
        var got = new List<int>();
        await Assert.ThrowsExactlyAsync<ArgumentException>(async () =>
        {
            await foreach (int length in pool.Pool.MapOrderedAsync(static (byte[] item) => item.Length, items, chunkSize: 4))
                got.Add(length);
        });
        CollectionAssert.AreEqual((int[])[1, 2], got);
        Assert.AreEqual(1, pool.Starts);
    }

    [TestMethod]
    public async Task Results_TooLargeForOneMessage_TravelInSeveral()
    {
        await using var pool = new SmallPool();
        byte[][] results = await pool.Pool.MapAsync(static (int length) => new byte[length], [20_000, 1, 20_000, 20_000, 2], chunkSize: 5).Done();
        CollectionAssert.AreEqual((int[])[20_000, 1, 20_000, 20_000, 2], results.Select(static result => result.Length).ToArray());
        Assert.AreEqual(1, pool.Starts);
    }

    /// <summary>One worker, whose messages have at most so many bytes.</summary>
    private sealed class SmallPool : IAsyncDisposable
    {
        public SmallPool() => Pool = new WorkerPool(1, null, (_, _) =>
        {
            Starts++;
            return LocalWorker.StartSmallAsync(MaxMessageBytes);
        });

        public WorkerPool Pool { get; }

        public int Starts { get; private set; }

        public ValueTask DisposeAsync() => Pool.DisposeAsync();
    }
}
