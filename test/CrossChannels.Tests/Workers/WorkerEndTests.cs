using CrossChannels.Workers;

namespace CrossChannels.Tests.Workers;

/// <summary>Readers, writers, duplex ends and locks as arguments.</summary>
[TestClass]
public sealed class WorkerEndTests
{
    [TestMethod]
    public async Task ReadersAndWriters_OfTheOwner_AreShared()
    {
        await using CrossChannel<int> numbers = await CrossChannel.CreateBoundedAsync<int>(WorkerStartTests.UniqueName(), 10);
        await using CrossChannel<long> squares = await CrossChannel.CreateBoundedAsync<long>(WorkerStartTests.UniqueName(), 10);
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
        await using CrossChannel<string> said = await CrossChannel.CreateUnboundedAsync<string>(WorkerStartTests.UniqueName());
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
        var settings = new CrossChannelSettings<string> { Completion = CompletionPolicy.LastWriter(1) };
        await using CrossChannel<string> channel = await CrossChannel.CreateUnboundedAsync<string>(WorkerStartTests.UniqueName(), null, settings);
        await using WorkerProcess worker = await WorkerProcess.StartAsync(WorkerMethods.HoldWriter, channel.Writer);
        Assert.AreEqual("here", await channel.Reader.ReadAsync().Done());
        worker.Kill();
        WritersLostException e = await Assert.ThrowsExactlyAsync<WritersLostException>(() => channel.Reader.Completion.Done());
        StringAssert.Contains(e.Message, "137");
    }
}
