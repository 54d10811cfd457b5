using System.Threading.Channels;
using CrossChannels.Tests.Workers.Pool;
using CrossChannels.Workers;

namespace CrossChannels.Tests.Workers;

/// <summary>Mistakes with workers and pools, and what their users are told: each message says what is wrong, where, and what to do.</summary>
[TestClass]
public sealed class WorkerMistakesTests
{
    /// <summary>What is done, and what the message must have.</summary>
    private static readonly Dictionary<string, (Func<WorkerPool, Task> Do, string[] Says)> s_mistakes = new(StringComparer.Ordinal)
    {
        // Methods.
        ["a lambda that uses what is around it"] = (
            static _ =>
            {
                int captured = 3;
                return WorkerProcess.StartAsync(() => GC.KeepAlive(captured));
            },
            ["uses 'captured' of the method around it", "another process does not have", "Make it static, and pass what it needs as arguments"]),
        ["a method of an object"] = (
            static _ => WorkerProcess.StartAsync(new WorkerMistakesTests().OfAnObject),
            ["WorkerMistakesTests.OfAnObject is a method of an object", "Use a static method"]),
        ["two methods in one delegate"] = (
            static _ => WorkerProcess.StartAsync((Action)WorkerMethods.Nothing + WorkerMethods.WaitForever),
            ["WorkerMethods.WaitForever is one of several methods", "Start one method"]),
        ["a ValueTask"] = (
            static pool => pool.RunAsync(Later),
            ["WorkerMistakesTests.Later returns a ValueTask", "Return a Task"]),
        ["a map of a method without a value"] = (
            static pool => pool.MapAsync(NoValueLater, [1]),
            ["WorkerMistakesTests.NoValueLater returns a Task without a value", "a value or a Task<T>"]),
        ["a result of any type"] = (
            static pool => pool.RunAsync(AnyOf, 1),
            ["The result of WorkerMistakesTests.AnyOf cannot go to another process", "System.Object", "[JsonDerivedType]"]),
        ["a result that the method does not declare"] = (
            static pool => pool.RunAsync<string, object>(PoolTasks.Greet, "you"),
            ["PoolTasks.Greet returns System.String", "the call takes System.Object", "let both be the same type"]),
        ["methods named in a program that is no worker"] = (
            static _ => WorkerProcess.RunAsync(WorkerMethods.Nothing),
            ["This process is not a worker", "if (WorkerProcess.IsWorker) return await WorkerProcess.RunAsync(...);"]),

        // Arguments.
        ["an object as an argument"] = (
            static pool => pool.RunAsync(TakeAny, new object()),
            ["Argument 'value' of WorkerMistakesTests.TakeAny cannot go to another process", "System.Object", "[JsonDerivedType]"]),
        ["a token as an argument"] = (
            static pool => pool.RunAsync(TakeToken, CancellationToken.None),
            ["Argument 'stop' of WorkerMistakesTests.TakeToken", "signal within this process", "Leave that parameter out: the method reads WorkerProcess.Stopping"]),
        ["a channel of this process as an argument"] = (
            static pool => pool.RunAsync(TakeChannel, Channel.CreateBounded<int>(1)),
            ["Argument 'channel' of WorkerMistakesTests.TakeChannel", "channel of this process", "CrossChannel.CreateBoundedAsync"]),
        ["a semaphore as an argument"] = (
            static pool => pool.RunAsync(TakeSemaphore, new SemaphoreSlim(1)),
            ["Argument 'gate' of WorkerMistakesTests.TakeSemaphore", "lock of this process", "CrossChannel.CreateLockAsync"]),
        ["a delegate as an argument"] = (
            static pool => pool.RunAsync(TakeAction, (Action)WorkerMethods.Nothing),
            ["Argument 'action' of WorkerMistakesTests.TakeAction", "is code, and only data can cross"]),
        ["a stream as an argument"] = (
            static pool => pool.RunAsync(TakeStream, Stream.Null),
            ["Argument 'stream' of WorkerMistakesTests.TakeStream", "stream of this process"]),
        ["a worker as an argument"] = (
            static async pool =>
            {
                await using WorkerProcess worker = await WorkerProcess.StartAsync(WorkerMethods.Nothing);
                await pool.RunAsync(TakeWorker, worker);
            },
            ["Argument 'worker' of WorkerMistakesTests.TakeWorker", "Pass its process id, or a channel to it"]),
        ["an argument that contains itself"] = (
            static pool =>
            {
                var knot = new Knot();
                knot.Next = knot;
                return pool.RunAsync(TakeKnot, knot);
            },
            ["Argument 'knot' of WorkerMistakesTests.TakeKnot", "contains itself", "at $.Next", "send keys or indexes"]),
        ["a channel in memory as an argument"] = (
            static async _ =>
            {
                await using SharedChannel<int> channel = await CrossChannel.CreateBoundedAsync<int>($"mem:{Guid.NewGuid():N}", 1);
                await WorkerProcess.StartAsync(TakeReader, channel.Reader);
            },
            ["mem:", "within this process", "Use a bare name"]),
        ["an end among the items of a map"] = (
            static async pool =>
            {
                await using SharedChannel<int> channel = await CrossChannel.CreateBoundedAsync<int>(WorkerStartTests.UniqueName(), 1);
                await pool.MapAsync(CountOf, [channel.Reader]);
            },
            ["Argument 'reader' of WorkerMistakesTests.CountOf", "channels do not travel as items", "Send the channel's address"]),
        ["an argument that is too large"] = (
            static async _ =>
            {
                await using var small = new WorkerPool(1, null, static (_, _) => LocalWorker.StartSmallAsync(10_000));
                await small.RunAsync(LengthOf, new byte[20_000]);
            },
            ["WorkerMistakesTests.LengthOf", "20,0", "10,000"]),

        // Pools.
        ["a pool of nobody"] = (static _ => Run(static () => new WorkerPool(0)), ["workers ('0')", "greater than or equal to '1'"]),
        ["chunks of nothing"] = (static pool => pool.MapAsync(PoolTasks.Square, [1], chunkSize: 0), ["The chunk size must be 1 or more", "0"]),
        ["a negative number of retries"] = (static _ => Run(static () => new WorkerPoolOptions { MaxRetries = -1 }), ["MaxRetries must be 0 or more"]),
        ["a negative time"] = (
            static _ => Run(static () => new WorkerOptions { TerminateTimeout = TimeSpan.FromSeconds(-2) }),
            ["TerminateTimeout must be zero or more", "InfiniteTimeSpan"]),
        ["a call after Complete"] = (
            static pool =>
            {
                pool.Complete();
                return pool.RunAsync(PoolTasks.Square, 1);
            },
            ["The pool is complete", "takes no more calls", "Complete it after the last one"]),
        ["a join before Complete"] = (static pool => pool.JoinAsync(), ["The pool is not complete", "Call Complete() or Terminate() first"]),
        ["an initializer that throws"] = (
            static async _ =>
            {
                var options = new WorkerPoolOptions { Initializer = WorkerInitializer.Create(PoolTasks.FailToBegin), MaxStartAttempts = 2 };
                await using var failing = new WorkerPool(1, options, LocalWorker.StartAsync);
                await failing.RunAsync(PoolTasks.Square, 1);
            },
            ["The initializer failed in ", "start 2 in a row", "System.InvalidOperationException: no such oven"]),
        ["an initializer that waits for ever"] = (
            static async _ =>
            {
                var options = new WorkerPoolOptions
                {
                    Initializer = WorkerInitializer.Create(static () => Task.Delay(Timeout.Infinite)),
                    StartTimeout = TimeSpan.FromMilliseconds(50),
                };
                await using var waiting = new WorkerPool(1, options, LocalWorker.StartAsync);
                await waiting.RunAsync(PoolTasks.Square, 1);
            },
            ["was not ready within StartTimeout, 0.05 s", "Does its initializer wait", "raise WorkerPoolOptions.StartTimeout"]),
        ["a worker in a directory that is not there"] = (
            static async _ =>
            {
                await using var lost = new WorkerPool(1, new WorkerPoolOptions { Worker = new WorkerOptions { WorkingDirectory = "/none/of/these" } });
                await lost.RunAsync(PoolTasks.Square, 1);
            },
            ["could not be started", "/none/of/these", "No such file or directory"]),

        // What fails in a worker.
        ["a task that throws"] = (
            static pool => pool.MapAsync(PoolTasks.FailAtSeven, Enumerable.Range(0, 20), chunkSize: 4),
            ["failed in PoolTasks.FailAtSeven at item 7: System.FormatException: bad item 7"]),
        ["a task that takes too long"] = (
            static async _ =>
            {
                await using var slow = new WorkerPool(1, new WorkerPoolOptions { TaskTimeout = TimeSpan.FromMilliseconds(50) }, LocalWorker.StartAsync);
                await slow.MapAsync(PoolTasks.WaitForCancel, [1]);
            },
            ["PoolTasks.WaitForCancel did not end within TaskTimeout, 0.05 s", "at item 0", "that worker was killed", "raise WorkerPoolOptions.TaskTimeout"]),
        ["a task that exits"] = (
            static async _ =>
            {
                await using var lost = new WorkerPool(1);
                await lost.MapAsync(PoolTasks.ExitAtSeven, Enumerable.Range(7, 1));
            },
            ["was lost in PoolTasks.ExitAtSeven at item 0", "exit code 33"]),
        ["a worker whose lambda throws"] = (
            static async _ =>
            {
                await using WorkerProcess worker = await WorkerProcess.StartAsync(
                    static () => throw new FormatException("bad"), new WorkerOptions { Name = "baker", Error = TextWriter.Null });
                (await worker.WaitForExitAsync()).EnsureSuccess();
            },
            ["baker failed in a lambda in ", "System.FormatException: bad"]),
        ["a worker that exits with an error"] = (
            static async _ =>
            {
                await using WorkerProcess worker = await WorkerProcess.StartAsync(WorkerMethods.ExitWith, 42);
                (await worker.WaitForExitAsync()).EnsureSuccess();
            },
            ["exit code 42", "called Environment.Exit, or was ended from outside", "WorkerOptions.Error"]),
    };

    public static IEnumerable<object[]> Mistakes => s_mistakes.Keys.Select(static name => new object[] { name });

    [TestMethod]
    [DynamicData(nameof(Mistakes))]
    public async Task Message_SaysWhatIsWrongWhereAndWhatToDo(string mistake)
    {
        (Func<WorkerPool, Task> make, string[] says) = s_mistakes[mistake];
        await using var pool = new WorkerPool(1, null, LocalWorker.StartAsync);
        await Mistake.CheckAsync(mistake, () => make(pool), says);
    }

    private static Task Run<T>(Func<T> make)
    {
        _ = make();
        return Task.CompletedTask;
    }

    private static ValueTask<int> Later() => ValueTask.FromResult(1);

    private static Task NoValueLater(int x) => Task.Delay(x);

    private static object AnyOf(int x) => x;

    private static void TakeAny(object value) => GC.KeepAlive(value);

    private static void TakeToken(CancellationToken stop) => GC.KeepAlive(stop);

    private static void TakeChannel(Channel<int> channel) => GC.KeepAlive(channel);

    private static void TakeSemaphore(SemaphoreSlim gate) => GC.KeepAlive(gate);

    private static void TakeAction(Action action) => GC.KeepAlive(action);

    private static void TakeStream(Stream stream) => GC.KeepAlive(stream);

    private static void TakeWorker(WorkerProcess worker) => GC.KeepAlive(worker);

    private static void TakeKnot(Knot knot) => GC.KeepAlive(knot);

    private static void TakeReader(CrossChannelReader<int> reader) => GC.KeepAlive(reader);

    private static int CountOf(CrossChannelReader<int> reader) => reader.Count;

    private static int LengthOf(byte[] bytes) => bytes.Length;

    private void OfAnObject() => GC.KeepAlive(this);

    internal sealed class Knot
    {
        public Knot? Next { get; set; }
    }
}
