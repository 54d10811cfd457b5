using System.Threading.Channels;
using CrossChannels.Workers;

namespace CrossChannels.Tests.Workers;

/// <summary>What Python's <c>close</c>, <c>join_thread</c> and <c>cancel_join_thread</c> do, between real processes.</summary>
[TestClass]
public sealed class ParityLeavingTests
{
    [TestMethod]
    public async Task Close_OfOneProducer_OnlyLeaves_AndCompleteOfTheOtherEndsIt()
    {
        await using ParityHub hub = await ParityHub.StartAsync();
        SharedChannel<int> queue = hub.Hub.CreateUnbounded<int>("queue");
        await using WorkerProcess leaving = await WorkerProcess.StartAsync(PutAndClose, queue.Writer, hub.Said, ParityHub.Daemon);
        (await leaving.WaitForExitAsync().Done()).EnsureSuccess();
        Assert.AreEqual("0 not received", await hub.HearAsync());
        Assert.AreEqual(1, await queue.Reader.ReadAsync().Done());
        Assert.IsFalse(queue.Reader.Completion.IsCompleted);
        await using WorkerProcess completing = await WorkerProcess.StartAsync(PutAndComplete, queue.Writer, ParityHub.Daemon);
        Assert.AreEqual(2, await queue.Reader.ReadAsync().Done());
        Assert.IsFalse(await queue.Reader.WaitToReadAsync().Done());
    }

    [TestMethod]
    public async Task JoinOfTheProcess_BeforeAnythingIsTaken_EndsAndNothingIsLost()
    {
        await using ParityHub hub = await ParityHub.StartAsync();
        SharedChannel<byte[]> queue = hub.Hub.CreateUnbounded<byte[]>("queue");
        await using WorkerProcess worker = await WorkerProcess.StartAsync(PutAndReturn, queue.Writer, ParityHub.Daemon);
        // In Python this order hangs: the process waits for its feeder, which waits for somebody who gets.
        (await worker.WaitForExitAsync().Done()).EnsureSuccess();
        for (int i = 0; i < 50; i++)
            Assert.HasCount(100_000, await queue.Reader.ReadAsync().Done());
    }

    [TestMethod]
    public async Task CloseAtOnce_CountsWhatMayBeLost()
    {
        await using ParityHub hub = await ParityHub.StartAsync();
        SharedChannel<int> queue = hub.Hub.CreateUnbounded<int>("queue", sharing: new() { Completion = CompletionPolicy.LastWriter(1, lostWriters: WriterLossPolicy.Ignore) });
        await using WorkerProcess worker = await WorkerProcess.StartAsync(PutAndDrop, queue.Writer, hub.Said, ParityHub.Daemon);
        long unreceived = long.Parse(await hub.HearAsync(), System.Globalization.CultureInfo.InvariantCulture);
        long received = 0;
        while (await queue.Reader.WaitToReadAsync().Done())
        {
            while (queue.Reader.TryRead(out _))
                received++;
        }
        Assert.IsGreaterThanOrEqualTo(1000, received + unreceived, $"{received} came, up to {unreceived} did not.");
    }

    [TestMethod]
    public async Task Abort_OfAPipe_DropsAndSaysSo()
    {
        await using ParityHub hub = await ParityHub.StartAsync();
        (DuplexChannel<NoItem, int> here, DuplexChannel<int, NoItem> there) = CrossChannel.CreatePair<NoItem, int>();
        await using WorkerProcess worker = await WorkerProcess.StartAsync(PutAndAbort, there, ParityHub.Daemon);
        LinkAbortedException e = await Assert.ThrowsExactlyAsync<LinkAbortedException>(async () =>
        {
            while (await here.Reader.WaitToReadAsync().Done())
                here.Reader.TryRead(out _);
        });
        StringAssert.Contains(e.Message, "enough");
    }

    private static async Task PutAndClose(CrossChannelWriter<int> queue, ChannelWriter<string> said)
    {
        await queue.WriteAsync(1);
        await queue.FlushAsync();
        await said.WriteAsync($"{await queue.CloseAsync()} not received");
    }

    private static async Task PutAndComplete(CrossChannelWriter<int> queue)
    {
        await queue.WriteAsync(2);
        queue.Complete();
    }

    private static async Task PutAndReturn(ChannelWriter<byte[]> queue)
    {
        for (int i = 0; i < 50; i++)
            await queue.WriteAsync(new byte[100_000]);
    }

    private static async Task PutAndDrop(CrossChannelWriter<int> queue, ChannelWriter<string> said)
    {
        for (int i = 0; i < 1000; i++)
            await queue.WriteAsync(i);
        await said.WriteAsync($"{await queue.CloseAsync(TimeSpan.Zero)}");
    }

    private static async Task PutAndAbort(DuplexChannel<int, NoItem> pipe)
    {
        await pipe.Writer.WriteAsync(1);
        pipe.Abort("enough");
    }
}
