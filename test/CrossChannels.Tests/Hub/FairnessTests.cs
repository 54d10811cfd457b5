using System.Collections.Concurrent;

namespace CrossChannels.Tests.Hub;

/// <summary>Many readers of one channel: each item once, in order where one reads alone, and nobody sits on what others wait for.</summary>
[TestClass]
public sealed class FairnessTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    private ChannelAddress Address => ChannelAddress.Unix(_directory["hub"]);

    public void Dispose() => _directory.Dispose();

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task OneReaderAlone_KeepsTheOrderOfEachWriter(bool isRemote)
    {
        const int Writers = 6, Each = 500;
        await using SharedChannel<int> owner = await CrossChannel.CreateBoundedAsync<int>(Address, 50, new() { Completion = CompletionPolicy.LastWriter(Writers) }).Done();
        await using var writers = new RemoteWriters<int>(await RemoteWriters.OpenAsync<int>(owner.Address, Writers));
        CrossChannelReader<int> reader = isRemote ? await CrossChannel.OpenReaderAsync<int>(owner.Address).Done() : owner.Reader;
        Task writing = Task.WhenAll(writers.All.Select((writer, index) => Task.Run(async () =>
        {
            for (int i = 0; i < Each; i++)
                await writer.WriteAsync((index * Each) + i);
            writer.Complete();
        })));
        int[] next = new int[Writers];
        for (int i = 0; i < Writers * Each; i++)
        {
            int item = await reader.ReadAsync().Done($"item {i}");
            Assert.AreEqual(next[item / Each]++, item % Each);
        }
        await writing.Done();
        await reader.Completion.Done();
        await reader.DisposeAsync().Done();
    }

    [TestMethod]
    public async Task FiftyReaders_CompeteForItems_EachComesOnce()
    {
        const int Total = 5000, Readers = 50;
        await using SharedChannel<int> owner = await CrossChannel.CreateBoundedAsync<int>(Address, 64).Done();
        CrossChannelReader<int>[] readers = await Task.WhenAll(Enumerable.Range(0, Readers).Select(_ => CrossChannel.OpenReaderAsync<int>(owner.Address))).Done();
        var read = new ConcurrentBag<int>();
        Task[] reading = [.. readers.Append(owner.Reader).Select(reader => Task.Run(async () =>
        {
            await foreach (int item in reader.ReadAllAsync())
                read.Add(item);
        }))];
        for (int i = 0; i < Total; i++)
            await owner.Writer.WriteAsync(i).Done($"item {i}");
        owner.Writer.Complete();
        await Task.WhenAll(reading).Done();
        CollectionAssert.AreEqual(Enumerable.Range(0, Total).ToList(), read.Order().ToList());
        await Task.WhenAll(readers.Select(reader => reader.DisposeAsync().AsTask())).Done();
    }

    /// <summary>A reader that was fast, has read ahead and stopped, gives what it holds to one that waits.</summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task IdleReader_HoldsItems_GivesThemToTheOneThatWaits(bool isOwnerHungry)
    {
        await using SharedChannel<int> owner = await CrossChannel.CreateUnboundedAsync<int>(Address).Done();
        await using CrossChannelReader<int> idle = await CrossChannel.OpenReaderAsync<int>(owner.Address).Done();
        int next = 0;
        // Fast, so that it reads ahead.
        for (int written = 0; next < 2000;)
        {
            for (int i = 0; i < 500; i++)
                Assert.IsTrue(owner.Writer.TryWrite(written++));
            while (next < written)
                Assert.AreEqual(next++, await idle.ReadAsync().Done());
        }
        for (int i = 0; i < 100; i++)
            Assert.IsTrue(owner.Writer.TryWrite(next + i));
        Assert.IsTrue(await idle.WaitToReadAsync().Done());
        await Wait.Until(() => idle.Count > 1);
        CrossChannelReader<int> hungry = isOwnerHungry ? owner.Reader : await CrossChannel.OpenReaderAsync<int>(owner.Address).Done();
        // All of them but perhaps the one that the idle reader is left with.
        List<int> read = [];
        for (int i = 0; i < 99; i++)
            read.Add(await hungry.ReadAsync().Done($"item {i} of 99; {idle.Count} are held"));
        while (idle.TryRead(out int item))
            read.Add(item);
        while (read.Count < 100)
            read.Add(await hungry.ReadAsync().Done());
        CollectionAssert.AreEqual(Enumerable.Range(next, 100).ToList(), read.Order().ToList());
        await hungry.DisposeAsync().Done();
    }
}
