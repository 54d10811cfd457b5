using System.IO.MemoryMappedFiles;
using System.Threading.Channels;
using CrossChannels.Workers;

namespace CrossChannels.Tests.Workers;

/// <summary>What Python's <c>Process</c> does, and what is said there of threads, shared memory and what cannot travel, with real processes.</summary>
[TestClass]
public sealed class ParityProcessTests
{
    private const int Threads = 4;
    private const int Each = 50;

    private static int s_number = 1;

    [TestMethod]
    public async Task Process_ItsMembers_SayWhatPythonsSay()
    {
        await using ParityHub hub = await ParityHub.StartAsync();
        await using WorkerProcess worker = await WorkerProcess.StartAsync(SayId, hub.Said, new WorkerOptions { Name = "counter", IsDaemon = true });
        Assert.AreEqual($"{worker.ProcessId}", await hub.HearAsync());
        Assert.AreEqual(("counter", true, false, (WorkerExit?)null), (worker.Name, worker.IsDaemon, worker.HasExited, worker.Exit));
        WorkerExit exit = await worker.TerminateAsync().Done();
        Assert.AreEqual((143, 15), (exit.ExitCode, exit.Signal));
        Assert.IsTrue(worker.HasExited);
        Assert.IsFalse(LiveProcesses.IsAlive(worker.ProcessId));
    }

    [TestMethod]
    public async Task Static_StateOfTheParent_IsNotInherited()
    {
        await using ParityHub hub = await ParityHub.StartAsync();
        s_number = 2;
        await using WorkerProcess worker = await WorkerProcess.StartAsync(SayNumber, hub.Said, ParityHub.Daemon);
        Assert.AreEqual("1", await hub.HearAsync());
    }

    [TestMethod]
    public async Task Arguments_TravelByValue_AndPrivateStateDoesNot()
    {
        await using ParityHub hub = await ParityHub.StartAsync();
        var account = new Account { Owner = "Ann" };
        account.Add(5);
        await using WorkerProcess worker = await WorkerProcess.StartAsync(ChangeAccount, account, hub.Said, ParityHub.Daemon);
        Assert.AreEqual("Ann has 0", await hub.HearAsync());
        (await worker.WaitForExitAsync().Done()).EnsureSuccess();
        Assert.AreEqual(("Ann", 5), (account.Owner, account.Read()));
    }

    [TestMethod]
    public async Task InProcessChannel_AsAnArgumentOrAnItem_IsRefusedWithAdvice()
    {
        Channel<int> plain = Channel.CreateUnbounded<int>();
        ArgumentException e = await Assert.ThrowsExactlyAsync<ArgumentException>(() => WorkerProcess.StartAsync(Take, plain.Reader));
        StringAssert.Contains(e.Message, "CrossChannel.CreateBoundedAsync");
        await using ParityHub hub = await ParityHub.StartAsync();
        NotSupportedException item = Assert.ThrowsExactly<NotSupportedException>(() => hub.Hub.CreateUnbounded<Channel<int>>("plain"));
        StringAssert.Contains(item.Message, "Send the channel's address");
    }

    [TestMethod]
    public async Task Lambda_ThatCaptures_IsRefusedAtTheCall()
    {
        int number = Random.Shared.Next();
        ArgumentException e = await Assert.ThrowsExactlyAsync<ArgumentException>(() => WorkerProcess.StartAsync(() => Console.WriteLine(number)));
        StringAssert.Contains(e.Message, "'number'");
    }

    [TestMethod]
    public async Task ThreadsAndProcesses_OnOneQueue_EveryItemOnce()
    {
        await using ParityHub hub = await ParityHub.StartAsync();
        SharedChannel<string> queue = hub.Hub.CreateBounded<string>("queue", 10, new() { Completion = CompletionPolicy.Owner });
        SharedChannel<string> got = hub.Hub.CreateUnbounded<string>("got");
        await using WorkerProcess consumer = await WorkerProcess.StartAsync(GetOnThreads, queue.Reader, got.Writer, ParityHub.Daemon);
        WorkerProcess[] producers = await Task.WhenAll(
            WorkerProcess.StartAsync(PutOnThreads, "a", queue.Writer, ParityHub.Daemon),
            WorkerProcess.StartAsync(PutOnThreads, "b", queue.Writer, ParityHub.Daemon)).Done();
        await PutOnThreads("c", queue.Writer).Done();
        foreach (WorkerProcess producer in producers)
            (await producer.WaitForExitAsync().Done()).EnsureSuccess();
        queue.Writer.Complete();

        var items = new List<string>();
        while (items.Count < 3 * Threads * Each)
            items.Add(await got.Reader.ReadAsync().Done());
        string[] expected = [.. from name in "abc" from thread in Enumerable.Range(0, Threads) from i in Enumerable.Range(0, Each) select $"{name}{thread}.{i}"];
        CollectionAssert.AreEquivalent(expected, items);
        (await consumer.WaitForExitAsync().Done()).EnsureSuccess();
        Assert.IsFalse(await got.Reader.WaitToReadAsync().Done());
    }

    [TestMethod]
    public async Task LargeData_ByAMappedFileOrAsOneItem()
    {
        using var directory = new TempDirectory();
        string path = directory["numbers"];
        using MemoryMappedFile file = MemoryMappedFile.CreateFromFile(path, FileMode.CreateNew, null, 1024 * sizeof(int));
        (DuplexChannel<NoItem, byte[]> here, DuplexChannel<byte[], NoItem> there) = CrossChannel.CreatePair<NoItem, byte[]>();
        await using WorkerProcess worker = await WorkerProcess.StartAsync(Fill, path, there, ParityHub.Daemon);
        byte[] large = await here.Reader.ReadAsync().Done();
        Assert.HasCount(8 << 20, large);
        Assert.AreEqual(42, large[^1]);
        using MemoryMappedViewAccessor numbers = file.CreateViewAccessor();
        for (int i = 0; i < 1024; i++)
            Assert.AreEqual(i * i, numbers.ReadInt32(i * sizeof(int)));
    }

    internal sealed class Account
    {
        private int _balance;

        public string Owner { get; set; } = "";

        public void Add(int amount) => _balance += amount;

        public int Read() => _balance;
    }

    private static async Task SayId(CrossChannelWriter<string> said)
    {
        await said.WriteAsync($"{Environment.ProcessId}");
        await Task.Delay(Timeout.Infinite);
    }

    private static async Task SayNumber(ChannelWriter<string> said) => await said.WriteAsync($"{s_number}");

    private static async Task ChangeAccount(Account account, ChannelWriter<string> said)
    {
        await said.WriteAsync($"{account.Owner} has {account.Read()}");
        account.Owner = "Bea";
    }

    private static async Task Take(ChannelReader<int> reader) => await reader.ReadAsync();

    private static async Task PutOnThreads(string name, ChannelWriter<string> queue) =>
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Run(async () =>
        {
            for (int i = 0; i < Each; i++)
                await queue.WriteAsync($"{name}{thread}.{i}");
        })));

    private static async Task GetOnThreads(ChannelReader<string> queue, ChannelWriter<string> got)
    {
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(_ => Task.Run(async () =>
        {
            await foreach (string item in queue.ReadAllAsync())
                await got.WriteAsync(item);
        })));
        got.Complete();
    }

    private static async Task Fill(string path, DuplexChannel<byte[], NoItem> pipe)
    {
        using (MemoryMappedFile file = MemoryMappedFile.CreateFromFile(path, FileMode.Open))
        using (MemoryMappedViewAccessor numbers = file.CreateViewAccessor())
        {
            for (int i = 0; i < 1024; i++)
                numbers.Write(i * sizeof(int), i * i);
        }
        byte[] large = new byte[8 << 20];
        large[^1] = 42;
        await pipe.Writer.WriteAsync(large);
        pipe.Writer.Complete();
    }
}
