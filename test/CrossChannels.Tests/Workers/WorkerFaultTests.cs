using CrossChannels.Workers;
using CrossChannels.Workers.Lifetime;

namespace CrossChannels.Tests.Workers;

/// <summary>Workers that meet what is rare.</summary>
[TestClass]
public sealed class WorkerFaultTests
{
    [TestMethod]
    public async Task AskedToEnd_BeforeItWasToldWhatToRun_EndsInGoodOrder()
    {
        var errors = new StringWriter();
        var program = new ChildProgram("early", "a method", new WorkerOptions { Error = errors });
        await program.AskToEndAsync().Done();
        WorkerExit exit = await program.Exited.Done();
        Assert.AreEqual("", errors.ToString());
        Assert.AreEqual(143, exit.ExitCode);
    }

    [TestMethod]
    public async Task ExceptionThatCannotTellWhatItIs_IsReportedByItsType()
    {
        await using WorkerProcess worker = await WorkerProcess.StartAsync(ThrowMute, new WorkerOptions { Error = TextWriter.Null }).Done();
        WorkerExit exit = await worker.WaitForExitAsync().Done();
        Assert.AreEqual(1, exit.ExitCode);
        Assert.AreEqual(typeof(MuteException).FullName, exit.Exception?.RemoteType);
    }

    [TestMethod]
    public async Task OneWriterForAllOutputs_GetsOnePieceAtATime()
    {
        var writer = new OverlapWriter();
        var options = new WorkerOptions { Output = writer, Error = writer };
        WorkerProcess[] workers = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => WorkerProcess.StartAsync(WorkerMethods.Print, 5000, options))).Done();
        foreach (WorkerProcess worker in workers)
            (await worker.WaitForExitAsync().Done()).EnsureSuccess();
        Assert.IsFalse(writer.HasOverlapped);
    }

    [TestMethod]
    public async Task EndOfAPair_WhoseTaskIsDoneBeforeTheOtherEndIsUsed_HasTheEndThatItWasGiven()
    {
        await using var pool = new WorkerPool(1);
        (DuplexChannel<int, int> ours, DuplexChannel<int, int> theirs) = CrossChannel.CreatePair<int, int>();
        await pool.RunAsync(CompleteAtOnce, theirs).Done();
        await ours.Reader.Completion.Done();
    }

    [TestMethod]
    public async Task BothEndsOfAPair_StartedAtOnce_Talk()
    {
        for (int i = 0; i < 5; i++)
        {
            (DuplexChannel<int, int> first, DuplexChannel<int, int> second) = CrossChannel.CreatePair<int, int>();
            WorkerProcess[] workers = await Task.WhenAll(
                Task.Run(() => WorkerProcess.StartAsync(WriteThree, first)),
                Task.Run(() => WorkerProcess.StartAsync(ReadThree, second))).Done();
            foreach (WorkerProcess worker in workers)
                (await worker.WaitForExitAsync().Done()).EnsureSuccess();
        }
    }

    /// <summary>What it wrote was accepted before there was a connection, and ExitTimeout counts from then.</summary>
    [TestMethod]
    public async Task WriterOfAPair_ReturnsLongBeforeTheOtherEndIsOpened_NothingIsLost()
    {
        var options = new DuplexChannelOptions<int, int> { Connection = new() { ExitTimeout = TimeSpan.FromMilliseconds(100) } };
        (DuplexChannel<int, int> first, DuplexChannel<int, int> second) = CrossChannel.CreatePair(options);
        TransferTicket ticket = await second.TransferAsync("the reader").Done();
        await using WorkerProcess worker = await WorkerProcess.StartAsync(WriteThree, first).Done();
        Task<WorkerExit> exited = worker.WaitForExitAsync();
        // One that does not wait is over by then.
        await Task.WhenAny(exited, Task.Delay(TimeSpan.FromSeconds(2)));
        await using DuplexChannel<int, int> opened = await DuplexChannel<int, int>.OpenAsync(TransferTicket.FromBytes(ticket.ToBytes())).Done();
        for (int i = 1; i <= 3; i++)
            Assert.AreEqual(i, await opened.Reader.ReadAsync().Done());
        await opened.Reader.Completion.Done();
        opened.Writer.Complete();
        (await exited.Done()).EnsureSuccess();
    }

    private static void CompleteAtOnce(DuplexChannel<int, int> end) => end.Writer.Complete();

    private static async Task WriteThree(DuplexChannel<int, int> end)
    {
        for (int i = 1; i <= 3; i++)
            await end.Writer.WriteAsync(i);
        end.Writer.Complete();
    }

    private static async Task ReadThree(DuplexChannel<int, int> end)
    {
        int sum = 0;
        await foreach (int number in end.Reader.ReadAllAsync())
            sum += number;
        if (sum != 6)
            throw new InvalidDataException($"{sum}");
    }

    private static void ThrowMute() => throw new MuteException();

#pragma warning disable CA1032, RCS1194 // It is thrown in one place.
    private sealed class MuteException : Exception
#pragma warning restore CA1032, RCS1194
    {
        public override string Message => throw new InvalidOperationException("no words");
    }
}
