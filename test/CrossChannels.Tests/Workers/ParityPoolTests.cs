using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using CrossChannels.Workers;

namespace CrossChannels.Tests.Workers;

/// <summary>What Python's <c>Pool</c> does, with real processes.</summary>
[TestClass]
public sealed class ParityPoolTests
{
    private static int s_base;

    [TestMethod]
    public async Task Maps_ReturnWhatPythonsReturn()
    {
        await using var pool = new WorkerPool(2);
        CollectionAssert.AreEqual((int[])[1, 4, 9, 16, 25, 36], await pool.MapAsync(Square, Enumerable.Range(1, 6)).Done());
        CollectionAssert.AreEqual((int[])[3, 7], await pool.MapAsync(Add, ((int, int)[])[(1, 2), (3, 4)]).Done());

        var ordered = new List<int>();
        await foreach (int square in pool.MapOrderedAsync(Square, Enumerable.Range(1, 20), chunkSize: 3))
            ordered.Add(square);
        CollectionAssert.AreEqual(Enumerable.Range(1, 20).Select(Square).ToArray(), ordered);

        var unordered = new List<int>();
        await foreach (int square in pool.MapUnorderedAsync(Square, Enumerable.Range(1, 20)))
            unordered.Add(square);
        CollectionAssert.AreEquivalent(ordered, unordered);

        Assert.AreEqual(7, await pool.RunAsync(Add, 3, 4).Done());
        string heard = "";
        await pool.RunAsync(Add, 3, 4).ContinueWith(done => heard = $"callback {done.Result}", TaskScheduler.Default).Done();
        Assert.AreEqual("callback 7", heard);
        Assert.AreEqual(Environment.ProcessorCount, new WorkerPool().Size);
    }

    [TestMethod]
    public async Task Five_AreAtWorkAtOnce_NeverSix()
    {
        await using ParityHub hub = await ParityHub.StartAsync();
        CrossLock gate = hub.Hub.CreateLock("gate");
        LockHold hold = await gate.AcquireAsync().Done();
        await using var pool = new WorkerPool(5);
        Task[] tasks = [.. Enumerable.Range(0, 6).Select(_ => pool.RunAsync(Meet, hub.Said, gate))];

        var atWork = new HashSet<string>();
        for (int i = 0; i < 5; i++)
            Assert.IsTrue(atWork.Add(await hub.HearAsync()));
        CollectionAssert.AreEquivalent(atWork.ToArray(), pool.ProcessIds.Select(static id => $"{id}").ToArray());

        // All five wait for the lock, so that the sixth can only be in one of them, later.
        await hold.ReleaseAsync().Done();
        Assert.Contains(await hub.HearAsync(), atWork);
        await Task.WhenAll(tasks).Done();
    }

    [TestMethod]
    public async Task DeadWorker_ItsTaskFaultsOrIsTriedAgain_AndThePoolIsWhole()
    {
        using var directory = new TempDirectory();
        await using (var pool = new WorkerPool(1))
        {
            WorkerLostException e = await Assert.ThrowsExactlyAsync<WorkerLostException>(() => pool.RunAsync(DieOnce, directory["first"]).Done());
            Assert.AreEqual(137, e.Exit!.ExitCode);
            Assert.AreEqual(9, await pool.RunAsync(Square, 3).Done());
        }
        await using (var pool = new WorkerPool(1, new WorkerPoolOptions { MaxRetries = 1 }))
            Assert.AreEqual("survived", await pool.RunAsync(DieOnce, directory["second"]).Done());
    }

    [TestMethod]
    public async Task Stream_TakesNoMoreFromTheSourceThanIsInFlight()
    {
        await using var pool = new WorkerPool(2, new WorkerPoolOptions { MaxInFlight = 4 });
        int taken = 0, got = 0;
        await foreach (int square in pool.MapOrderedAsync(Square, Source()))
        {
            got++;
            Assert.AreEqual(got * got, square);
            Assert.IsLessThanOrEqualTo(got + 4, Volatile.Read(ref taken));
            if (got == 50)
                break;
        }

        IEnumerable<int> Source()
        {
            for (int i = 1; ; i++)
            {
                Interlocked.Increment(ref taken);
                yield return i;
            }
        }
    }

    [TestMethod]
    public async Task CloseJoinTerminate_AreAsStrictAsPythons()
    {
        await using ParityHub hub = await ParityHub.StartAsync();
        CrossLock gate = hub.Hub.CreateLock("gate");
        LockHold hold = await gate.AcquireAsync().Done();

        await using var closed = new WorkerPool(1);
        await Assert.ThrowsExactlyAsync<InvalidOperationException>(() => closed.JoinAsync());
        Task<int> running = closed.RunAsync(Square, 5);
        closed.Complete();
        await Assert.ThrowsExactlyAsync<InvalidOperationException>(() => closed.RunAsync(Square, 6));
        await closed.JoinAsync().Done();
        Assert.AreEqual(25, await running.Done());

        await using var terminated = new WorkerPool(1);
        Task blocked = terminated.RunAsync(Meet, hub.Said, gate);
        string worker = await hub.HearAsync();
        Task<int> queued = terminated.RunAsync(Square, 7);
        terminated.Terminate();
        await Assert.ThrowsAsync<OperationCanceledException>(() => queued.Done());
        await Assert.ThrowsAsync<OperationCanceledException>(() => blocked.Done());
        await terminated.JoinAsync().Done();
        Assert.IsFalse(LiveProcesses.IsAlive(int.Parse(worker, CultureInfo.InvariantCulture)));
    }

    [TestMethod]
    public async Task InitializerAndTasksPerWorker_AndProgress()
    {
        var options = new WorkerPoolOptions { Initializer = WorkerInitializer.Create(SetBase, 100), MaxTasksPerWorker = 1, ChunkSize = 1 };
        await using var pool = new WorkerPool(1, options);
        var progress = new LastProgress();
        string[] results = await pool.MapAsync(AddBase, Enumerable.Range(1, 3), progress: progress).Done();
        CollectionAssert.AreEqual((string[])["101", "102", "103"], results.Select(static result => result.Split(' ')[0]).ToArray());
        Assert.HasCount(3, results.Select(static result => result.Split(' ')[1]).Distinct().ToArray());
        Assert.AreEqual(3, progress.Last);
    }

    [TestMethod]
    public async Task UnobservedFailure_IsLogged()
    {
        var logger = new LogList();
        await using var pool = new WorkerPool(1, new WorkerPoolOptions { Logger = logger });
        Forget(pool);
        await pool.RunAsync(Square, 1).Done();
        await Wait.Until(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return logger.Errors.Any(static error => error is WorkerFailedException { RemoteType: "System.IO.InvalidDataException" });
        });
    }

    [TestMethod]
    public async Task BadTask_FailsAtTheCall_AndABadResultFailsItsTaskOnly()
    {
        await using var pool = new WorkerPool(1);
        int number = Random.Shared.Next();
        await Assert.ThrowsExactlyAsync<ArgumentException>(() => pool.RunAsync(() => number).Done());
        await Assert.ThrowsExactlyAsync<ArgumentException>(() => pool.RunAsync(Count, Ring()).Done());
        WorkerFailedException e = await Assert.ThrowsExactlyAsync<WorkerFailedException>(() => pool.RunAsync(Ring).Done());
        StringAssert.Contains(e.RemoteType!, "Json");
        Assert.AreEqual(4, await pool.RunAsync(Square, 2).Done());
    }

    [TestMethod]
    public async Task Task_Returned_HasLeftTheEndsThatItGot()
    {
        await using ParityHub hub = await ParityHub.StartAsync();
        SharedChannel<string> queue = hub.Hub.CreateUnbounded<string>("queue", sharing: new() { Completion = CompletionPolicy.LastWriter(1) });
        (DuplexChannel<NoItem, string> here, DuplexChannel<string, NoItem> there) = CrossChannel.CreatePair<NoItem, string>();
        await using var pool = new WorkerPool(1);
        await pool.RunAsync(PutOne, queue.Writer, there).Done();
        Assert.AreEqual("one", await queue.Reader.ReadAsync().Done());
        Assert.AreEqual("one", await here.Reader.ReadAsync().Done());
        await Assert.ThrowsExactlyAsync<WritersLostException>(() => queue.Reader.WaitToReadAsync().Done());
        await Assert.ThrowsExactlyAsync<WriterLeftException>(() => here.Reader.WaitToReadAsync().Done());
    }

    // Not inlined, so that nothing holds the task.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Forget(WorkerPool pool) => _ = pool.RunAsync(WorkerMethods.Throw, "nobody looks");

    private static int Square(int x) => x * x;

    private static int Add(int a, int b) => a + b;

    private static void SetBase(int value) => s_base = value;

    private static string AddBase(int x) => $"{s_base + x} {Environment.ProcessId}";

    private static int Count(ParityQueueTests.Part part) => part.Parts?.Count ?? 0;

    private static ParityQueueTests.Part Ring()
    {
        var ring = new ParityQueueTests.Part("ring", []);
        ring.Parts!.Add(ring);
        return ring;
    }

    private static async Task PutOne(CrossChannelWriter<string> queue, DuplexChannel<string, NoItem> pipe)
    {
        await queue.WriteAsync("one");
        await pipe.Writer.WriteAsync("one");
    }

    private static async Task Meet(CrossChannelWriter<string> said, CrossLock gate)
    {
        await said.WriteAsync($"{Environment.ProcessId}");
        await using LockHold hold = await gate.AcquireAsync();
    }

    private static string DieOnce(string marker)
    {
        if (File.Exists(marker))
            return "survived";
        File.WriteAllText(marker, "");
        Process.GetCurrentProcess().Kill();
        return "unreachable";
    }

    private sealed class LastProgress : IProgress<int>
    {
        private int _last;

        public int Last => Volatile.Read(ref _last);

        public void Report(int value) => Volatile.Write(ref _last, value);
    }
}
