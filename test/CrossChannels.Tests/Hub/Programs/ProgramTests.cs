namespace CrossChannels.Tests.Hub.Programs;

/// <summary>The small programs that everybody writes first with a queue between processes; what they print is what is checked.</summary>
[TestClass]
public sealed class ProgramTests
{
    private readonly TempDirectory _directory = new();

    private ChannelAddress Address => ChannelAddress.Unix(_directory["hub.sock"]);

    [TestCleanup]
    public void Clean() => _directory.Dispose();

    [TestMethod]
    [DataRow(0, 10, DisplayName = "fast producer")]
    [DataRow(10, 0, DisplayName = "fast consumer")]
    public async Task ProducerAndConsumer_ConsumerStopsWhenTheProducerHasFinished(int producersPause, int consumersPause)
    {
        await using SharedChannel<int> channel = await CrossChannel.CreateBoundedAsync<int>(Address, 10).Done();
        await using ChildProcess consumer = ChildProcess.Start("consume-numbers", Address.ToString(), $"{consumersPause}");
        await using ChildProcess producer = ChildProcess.Start("produce-numbers", Address.ToString(), $"{producersPause}");
        string[] put = await LinesAsync(producer);
        string[] taken = await LinesAsync(consumer);
        Assert.HasCount(10, put);
        CollectionAssert.AreEqual(put, taken);
    }

    [TestMethod]
    public async Task ThreeCooksTwoEaters_EndsWhenEverythingIsEaten()
    {
        string[] cooks = ["Anna", "Bo", "Cleo"];
        await using LeasedChannel<string> dishes = await CrossChannel.CreateLeasedAsync<string>(
            Address, 5, sharing: new() { Completion = CompletionPolicy.LastWriter(cooks.Length) }).Done();
        ChildProcess[] eaters = [ChildProcess.Start("eat", Address.ToString()), ChildProcess.Start("eat", Address.ToString())];
        ChildProcess[] kitchen = [.. cooks.Select(cook => ChildProcess.Start("cook", Address.ToString(), cook))];
        try
        {
            foreach (ChildProcess cook in kitchen)
                Assert.AreEqual(0, await cook.WaitForExitAsync());
            await dishes.Writer.JoinAsync().Done();
            await dishes.Reader.Completion.Done();
            string[] eaten = [.. (await Task.WhenAll(eaters.Select(LinesAsync))).SelectMany(static lines => lines)];
            CollectionAssert.AreEquivalent(cooks.SelectMany(static cook => Enumerable.Range(0, 10).Select(i => $"{cook} {i}")).ToArray(), eaten);
        }
        finally
        {
            foreach (ChildProcess child in kitchen.Concat(eaters))
                await child.DisposeAsync();
        }
    }

    [TestMethod]
    public async Task TasksAndResults_WorkerEndsByCompletion()
    {
        await using ChannelHub hub = await ChannelHub.StartAsync(Address).Done();
        SharedChannel<int> tasks = hub.CreateBounded<int>("tasks", 3);
        SharedChannel<string> results = hub.CreateBounded<string>("results", 3);
        await using ChildProcess worker = ChildProcess.Start("process-tasks", tasks.Address.ToString(), results.Address.ToString());
        for (int i = 0; i < 3; i++)
            await tasks.Writer.WriteAsync(i).Done();
        tasks.Writer.Complete();
        var lines = new List<string>();
        while (await results.Reader.WaitToReadAsync().Done())
        {
            while (results.Reader.TryRead(out string? line))
                lines.Add(line);
        }
        CollectionAssert.AreEqual(new[] { "processed: 0", "processed: 1", "processed: 2" }, lines);
        Assert.AreEqual(0, await worker.WaitForExitAsync());
    }

    [TestMethod]
    public async Task ParentStartsTwoAndReturns_TheOutputStillAppears()
    {
        await using ChildProcess parent = ChildProcess.Start("start-two", Address.ToString());
        Assert.AreEqual(0, await parent.WaitForExitAsync());
        // Its children have its output, which ends with the last of them.
        Assert.AreEqual("['helloworld']\n", (await parent.ReadToEndAsync()).ReplaceLineEndings("\n"));
    }

    [TestMethod]
    public async Task QueueOfThree_FullAtThree_OneGetMakesRoom()
    {
        await using SharedChannel<int> queue = await CrossChannel.CreateBoundedAsync<int>(Address, 3).Done();
        await using ChildProcess writer = ChildProcess.Start("fill-queue", Address.ToString());
        Assert.AreEqual("two", await writer.ReadLineAsync());
        Assert.AreEqual(2, queue.Reader.Count);
        await writer.SayAsync("go on");
        Assert.AreEqual("three, room for more: False", await writer.ReadLineAsync());
        Assert.AreEqual(3, queue.Reader.Count);
        Assert.IsFalse(queue.Writer.TryWrite(0));
        Assert.AreEqual(1, await queue.Reader.ReadAsync().Done());
        Assert.AreEqual("four", await writer.ReadLineAsync());
        for (int expected = 2; expected <= 4; expected++)
            Assert.AreEqual(expected, await queue.Reader.ReadAsync().Done());
        Assert.IsFalse(await queue.Reader.WaitToReadAsync().Done());
        Assert.AreEqual(0, await writer.WaitForExitAsync());
    }

    [TestMethod]
    public async Task WriterEnds_ThenReaderTakesAllAndEnds()
    {
        await using SharedChannel<string> channel = await CrossChannel.CreateUnboundedAsync<string>(Address).Done();
        await using ChildProcess writer = ChildProcess.Start("put-texts", Address.ToString(), "a", "b", "c");
        CollectionAssert.AreEqual(Array.Empty<string>(), await LinesAsync(writer));
        await using ChildProcess reader = ChildProcess.Start("take-texts", Address.ToString());
        CollectionAssert.AreEqual(new[] { "a", "b", "c" }, await LinesAsync(reader));
    }

    /// <summary>All that a process says, once it has gone well.</summary>
    private static async Task<string[]> LinesAsync(ChildProcess child)
    {
        string[] lines = (await child.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        int code = await child.WaitForExitAsync();
        string errors = await child.ReadErrorsAsync();
        Assert.AreEqual(0, code, $"It said {lines.Length} lines. {errors}");
        return lines;
    }
}
