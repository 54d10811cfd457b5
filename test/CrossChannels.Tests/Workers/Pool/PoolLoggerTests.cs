using CrossChannels.Tests.Faults;
using CrossChannels.Workers;

namespace CrossChannels.Tests.Workers.Pool;

/// <summary>A logger that throws, and a worker that dies before it has begun: the calls end all the same.</summary>
[TestClass]
public sealed class PoolLoggerTests
{
    [TestMethod]
    public async Task LostWorker_LoggerThrows_TheCallEnds()
    {
        await using var pool = new WorkerPool(1, new WorkerPoolOptions { Logger = new ThrowingLogger() }, LocalWorker.StartAsync);
        await Assert.ThrowsExactlyAsync<WorkerLostException>(() => pool.RunAsync(static () => LocalWorker.Current!.Kill()).Done());
        Assert.AreEqual(9, await pool.RunAsync(PoolTasks.Square, 3).Done());
    }

    [TestMethod]
    public async Task LateTask_LoggerThrows_IsKilled()
    {
        var options = new WorkerPoolOptions { Logger = new ThrowingLogger(), CancelTimeout = TimeSpan.FromMilliseconds(50) };
        await using var pool = new WorkerPool(1, options, LocalWorker.StartAsync);
        await pool.StartAsync().Done();
        using var stop = new CancellationTokenSource();
        Task call = pool.RunAsync(static () => Task.Delay(Timeout.Infinite), stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => call.Done());
    }

    [TestMethod]
    public async Task Initializer_OfAWorkerThatDiesBefore_WithdrawsItsEnds()
    {
        (DuplexChannel<string, string> here, DuplexChannel<string, string> there) = CrossChannel.CreatePair<string, string>();
        var options = new WorkerPoolOptions
        {
            Initializer = WorkerInitializer.Create(WorkerMethods.Echo, there),
            StartTimeout = TimeSpan.FromMilliseconds(50),
            MaxStartAttempts = 1,
        };
        await using var pool = new WorkerPool(1, options, SilentWorker.StartAsync);
        await Assert.ThrowsExactlyAsync<WorkerLostException>(() => pool.RunAsync(PoolTasks.Square, 1).Done());
        ConnectionLostException e = await Assert.ThrowsExactlyAsync<ConnectionLostException>(() => here.Reader.Completion.Done());
        Assert.AreEqual(137, e.ExitCode);
        await here.DisposeAsync();
    }
}
