using CrossChannels.Workers;

namespace CrossChannels.Tests.Workers;

/// <summary>Readers, writers, duplex ends and locks as arguments.</summary>
[TestClass]
public sealed class WorkerEndTests
{
    [TestMethod]
    public async Task ReadersAndWriters_OfTheOwner_AreShared()
    {
        await using SharedChannel<int> numbers = await CrossChannel.CreateBoundedAsync<int>(WorkerStartTests.UniqueName(), 10);
        await using SharedChannel<long> squares = await CrossChannel.CreateBoundedAsync<long>(WorkerStartTests.UniqueName(), 10);
        await using WorkerProcess worker = await WorkerProcess.StartAsync(WorkerMethods.Square, numbers.Reader, squares.Writer);
        for (int i = 0; i < 5; i++)
            await numbers.Writer.WriteAsync(i).Done();
        numbers.Writer.Complete();
        var got = new List<long>();
        await foreach (long square in squares.Reader.ReadAllAsync())
            got.Add(square);
        CollectionAssert.AreEqual(new long[] { 0, 1, 4, 9, 16 }, got);
        (await worker.WaitForExitAsync().Done()).EnsureSuccess();
    }

    [TestMethod]
    public async Task Lock_IsShared()
    {
        await using CrossLock gate = await CrossChannel.CreateLockAsync(WorkerStartTests.UniqueName());
        await using SharedChannel<string> said = await CrossChannel.CreateUnboundedAsync<string>(WorkerStartTests.UniqueName());
        WorkerProcess worker;
        await using (await gate.AcquireAsync().Done())
        {
            worker = await WorkerProcess.StartAsync(WorkerMethods.UseLock, gate, said.Writer);
            Assert.IsFalse(said.Reader.TryRead(out _));
        }
        Assert.AreEqual("True", await said.Reader.ReadAsync().Done());
        (await worker.WaitForExitAsync().Done()).EnsureSuccess();
    }

    [TestMethod]
    public async Task Killed_WithAWriter_TellsItsExitCode()
    {
        var options = new SharedChannelOptions { Completion = CompletionPolicy.LastWriter(1) };
        await using SharedChannel<string> channel = await CrossChannel.CreateUnboundedAsync<string>(WorkerStartTests.UniqueName(), sharing: options);
        await using WorkerProcess worker = await WorkerProcess.StartAsync(WorkerMethods.HoldWriter, channel.Writer);
        Assert.AreEqual("here", await channel.Reader.ReadAsync().Done());
        worker.Kill();
        WritersLostException e = await Assert.ThrowsExactlyAsync<WritersLostException>(() => channel.Reader.Completion.Done());
        StringAssert.Contains(e.Message, "137");
    }

    [TestMethod]
    public async Task DuplexEnd_Moves_AndIsNoLongerUsedHere()
    {
        (DuplexChannel<string, string> here, DuplexChannel<string, string> there) = CrossChannel.CreatePair<string, string>();
        await using WorkerProcess worker = await WorkerProcess.StartAsync(WorkerMethods.Echo, there, new WorkerOptions { Name = "echo" });
        InvalidOperationException e = await Assert.ThrowsAsync<InvalidOperationException>(() => there.Reader.ReadAsync().Done());
        StringAssert.Contains(e.Message, "echo");
        await Assert.ThrowsAsync<InvalidOperationException>(() => WorkerProcess.StartAsync(WorkerMethods.Echo, there).Done());
        await here.Writer.WriteAsync("ab").Done();
        Assert.AreEqual("abab", await here.Reader.ReadAsync().Done());
        here.Writer.Complete();
        await here.Reader.Completion.Done();
        (await worker.WaitForExitAsync().Done()).EnsureSuccess();
        await here.DisposeAsync();
    }

    [TestMethod]
    public async Task DuplexEnd_OfAWorkerThatIsKilled_TellsItsExitCode()
    {
        (DuplexChannel<string, string> here, DuplexChannel<string, string> there) = CrossChannel.CreatePair<string, string>();
        await using WorkerProcess worker = await WorkerProcess.StartAsync(WorkerMethods.Echo, there);
        await here.Writer.WriteAsync("ab").Done();
        Assert.AreEqual("abab", await here.Reader.ReadAsync().Done());
        worker.Kill();
        ConnectionLostException e = await Assert.ThrowsExactlyAsync<ConnectionLostException>(() => here.Reader.Completion.Done());
        Assert.AreEqual(137, e.ExitCode);
        await here.DisposeAsync();
    }

    [TestMethod]
    public async Task DuplexEnd_OfAWorkerThatNeverTookIt_EndsWithHowItDied()
    {
        (DuplexChannel<string, string> here, DuplexChannel<string, string> there) = CrossChannel.CreatePair<string, string>();
        var environment = new Dictionary<string, string?> { ["DOTNET_gcServer"] = "0", ["DOTNET_STARTUP_HOOKS"] = "/no/such/hook.dll" };
        await using WorkerProcess worker =
            await WorkerProcess.StartAsync(WorkerMethods.Echo, there, new WorkerOptions { Environment = environment, Error = TextWriter.Null });
        ConnectionLostException e = await Assert.ThrowsExactlyAsync<ConnectionLostException>(() => here.Reader.Completion.Done());
        Assert.AreEqual(134, e.ExitCode);
        await here.DisposeAsync();
    }
}
