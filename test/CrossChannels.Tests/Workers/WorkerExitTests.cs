using System.Globalization;
using CrossChannels.Workers;

namespace CrossChannels.Tests.Workers;

/// <summary>How a worker ends, and what its parent learns of it.</summary>
[TestClass]
public sealed class WorkerExitTests
{
    private const int AskedToEnd = 143;

    [TestMethod]
    public async Task Throwing_ReachesTheParentWithTypeMessageAndStack()
    {
        WorkerExit exit = await ExitAsync(options => WorkerProcess.StartAsync(WorkerMethods.Throw, "broken", options));
        Assert.AreEqual(1, exit.ExitCode);
        Assert.IsNull(exit.Signal);
        Assert.AreEqual("broken", exit.Exception!.RemoteMessage);
        StringAssert.EndsWith(exit.Exception.Message, " failed in WorkerMethods.Throw: System.IO.InvalidDataException: broken");
        Assert.AreEqual(typeof(InvalidDataException).FullName, exit.Exception.RemoteType);
        StringAssert.Contains(exit.Exception.RemoteStackTrace, nameof(WorkerMethods.Throw));
        StringAssert.Contains(exit.Exception.ToString(), "System.ArithmeticException: inner");
        Assert.AreSame(exit.Exception, Assert.ThrowsExactly<WorkerFailedException>(exit.EnsureSuccess));
    }

    [TestMethod]
    public async Task Throwing_LaterOrOnAnotherThread_ReachesTheParentToo()
    {
        WorkerExit later = await ExitAsync(options => WorkerProcess.StartAsync(WorkerMethods.ThrowLater, "broken", options));
        Assert.AreEqual("broken", later.Exception!.RemoteMessage);
        WorkerExit elsewhere = await ExitAsync(options => WorkerProcess.StartAsync(WorkerMethods.ThrowOnOtherThread, options));
        Assert.AreEqual("elsewhere", elsewhere.Exception!.RemoteMessage);
        Assert.AreEqual(6, elsewhere.Signal);
    }

    [TestMethod]
    public async Task Exit_ItsCode_IsTheWorkers() =>
        Assert.AreEqual(new WorkerExit(42), await ExitAsync(options => WorkerProcess.StartAsync(WorkerMethods.ExitWith, 42, options)));

    [TestMethod]
    public async Task FailFast_IsTheSignalAbort() =>
        Assert.AreEqual(6, (await ExitAsync(options => WorkerProcess.StartAsync(WorkerMethods.FailFast, options))).Signal);

    [TestMethod]
    public async Task Kill_EndsAtOnce_AndTwiceIsNothing()
    {
        await using WorkerProcess worker = await WorkerProcess.StartAsync(WorkerMethods.Spin, new WorkerOptions { Output = TextWriter.Null });
        Assert.IsNull(worker.Exit);
        worker.Kill();
        Assert.AreEqual(9, (await worker.WaitForExitAsync().Done()).Signal);
        worker.Kill();
    }

    [TestMethod]
    public async Task TerminateAsync_MethodWithoutToken_ExitsInGoodOrder()
    {
        await using SharedChannel<string> channel = await CrossChannel.CreateUnboundedAsync<string>(WorkerStartTests.UniqueName());
        await using WorkerProcess worker = await WorkerProcess.StartAsync(WorkerMethods.HoldWriter, channel.Writer);
        Assert.AreEqual("here", await channel.Reader.ReadAsync().Done());
        Assert.AreEqual(new WorkerExit(AskedToEnd), await worker.TerminateAsync(Wait.Deadline).Done());
    }

    [TestMethod]
    public async Task TerminateAsync_ProcessorBoundMethod_ExitsToo()
    {
        var output = new LineWriter();
        await using WorkerProcess worker = await WorkerProcess.StartAsync(WorkerMethods.Spin, new WorkerOptions { Output = output });
        await output.FirstLine.Done();
        Assert.AreEqual(new WorkerExit(AskedToEnd), await worker.TerminateAsync(Wait.Deadline).Done());
    }

    [TestMethod]
    public async Task TerminateAsync_WorkerWithAWorker_EndsBoth()
    {
        var output = new LineWriter();
        await using WorkerProcess worker = await WorkerProcess.StartAsync(WorkerMethods.StartOneThatWaits, new WorkerOptions { Output = output });
        int inner = int.Parse(await output.FirstLine.Done(), CultureInfo.InvariantCulture);
        Assert.AreEqual(new WorkerExit(AskedToEnd), await worker.TerminateAsync(Wait.Deadline).Done());
        await Wait.Until(() => !LiveProcesses.IsAlive(inner));
    }

    [TestMethod]
    [DataRow("return", 0)]
    [DataRow("throw", AskedToEnd)]
    public async Task TerminateAsync_MethodWithToken_FindsItCanceled(string ending, int exitCode)
    {
        var output = new LineWriter();
        await using WorkerProcess worker =
            await WorkerProcess.StartAsync(WorkerMethods.WaitForStopping, ending, new WorkerOptions { Output = output });
        await output.FirstLine.Done();
        Assert.AreEqual(new WorkerExit(exitCode), await worker.TerminateAsync(Wait.Deadline).Done());
        Assert.AreEqual(ending == "return", output.ToString().Contains("canceled", StringComparison.Ordinal));
    }

    [TestMethod]
    public async Task TerminateAsync_MethodThatIgnoresItsToken_IsKilled()
    {
        var output = new LineWriter();
        await using WorkerProcess worker = await WorkerProcess.StartAsync(WorkerMethods.IgnoreStopping, new WorkerOptions { Output = output });
        Assert.AreEqual("True", await output.FirstLine.Done());
        Assert.AreEqual(9, (await worker.TerminateAsync(TimeSpan.FromMilliseconds(50)).Done()).Signal);
    }

    [TestMethod]
    public async Task TerminateAsync_NegativeTime_IsRefusedAndAsksNobody()
    {
        var output = new LineWriter();
        await using WorkerProcess worker = await WorkerProcess.StartAsync(WorkerMethods.WaitForStopping, "return", new WorkerOptions { Output = output });
        await output.FirstLine.Done();
        await Assert.ThrowsExactlyAsync<ArgumentOutOfRangeException>(() => worker.TerminateAsync(TimeSpan.FromSeconds(-2)).Done());
        worker.Kill();
        Assert.AreEqual(9, (await worker.WaitForExitAsync().Done()).Signal);
    }

    [TestMethod]
    public async Task DisposeAsync_WaitsForAWorker_AndTerminatesADaemon()
    {
        WorkerProcess worker = await WorkerProcess.StartAsync(WorkerMethods.Nothing);
        await worker.DisposeAsync().Done();
        Assert.AreEqual(0, worker.Exit!.ExitCode);
        WorkerProcess daemon = await WorkerProcess.StartAsync(WorkerMethods.WaitForever, new WorkerOptions { IsDaemon = true, TerminateTimeout = Wait.Deadline });
        await daemon.DisposeAsync().Done();
        Assert.AreEqual(AskedToEnd, daemon.Exit!.ExitCode);
        await daemon.DisposeAsync().Done();
    }

    [TestMethod]
    public async Task WaitForExitAsync_Canceled_LeavesTheWorker()
    {
        await using WorkerProcess worker = await WorkerProcess.StartAsync(WorkerMethods.WaitForever, new WorkerOptions { IsDaemon = true });
        using var stop = new CancellationTokenSource();
        Task waiting = worker.WaitForExitAsync(stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => waiting.Done());
        Assert.IsFalse(worker.HasExited);
    }

    [TestMethod]
    public async Task Signals_InterruptIsIgnored_TerminateExits()
    {
        var output = new LineWriter();
        await using WorkerProcess worker = await WorkerProcess.StartAsync(WorkerMethods.SpinUnderSignals, new WorkerOptions { Output = output });
        await output.FirstLine.Done();
        Signals.Send(worker.ProcessId, 2);
        Signals.Send(worker.ProcessId, 15);
        Assert.AreEqual(new WorkerExit(AskedToEnd), await worker.WaitForExitAsync().Done());
    }

    [TestMethod]
    public async Task Output_OfMegabytes_IsTakenWhole()
    {
        const int Lines = 60_000;
        var output = new StringWriter();
        var errors = new StringWriter();
        await using WorkerProcess worker = await WorkerProcess.StartAsync(WorkerMethods.Print, Lines, new WorkerOptions { Output = output, Error = errors });
        (await worker.WaitForExitAsync().Done()).EnsureSuccess();
        string[] lines = output.ToString().TrimEnd('\n').Split('\n');
        Assert.HasCount(Lines, lines);
        StringAssert.StartsWith(lines[^1], $"line {Lines - 1} ");
        Assert.HasCount(Lines / 10, errors.ToString().TrimEnd('\n').Split('\n'));
    }

    private static async Task<WorkerExit> ExitAsync(Func<WorkerOptions, Task<WorkerProcess>> start)
    {
        await using WorkerProcess worker = await start(new WorkerOptions { Error = TextWriter.Null });
        return await worker.WaitForExitAsync().Done();
    }
}
