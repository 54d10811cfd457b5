using System.Runtime.Versioning;
using CrossChannels.TestChild;
using CrossChannels.Tests.Transports;

namespace CrossChannels.Tests.SharedMemory;

/// <summary>Processes at the other end of a lane that are stopped at any moment, and go on later: others wait, can cancel, and lose nothing.</summary>
[TestClass]
[DoNotParallelize]
[SupportedOSPlatform("linux")]
public sealed class LaneStopTests
{
    private static readonly int s_stops = Environment.GetEnvironmentVariable("CROSSCHANNELS_LONG") == "1" ? 1000 : 8;

    [TestMethod]
    public async Task ReaderStopped_WriterWaitsAndCanCancel_AllArriveWhenItGoesOn()
    {
        ChannelAddress address = ChannelAddress.SharedMemory(TransportTest.UniqueName());
        await using ChildProcess child = ChildProcess.Start("listen-and-read", address.ToString());
        Assert.AreEqual("listening", await child.ReadLineAsync());
        await using DuplexChannel<long, NoItem> channel = await CrossChannel.ConnectAsync<long, NoItem>(address).Done();
        Assert.IsTrue(channel.Peer!.IsSharedMemory);
        var random = new Random(3);
        for (int stop = 0; stop < s_stops; stop++)
        {
            for (int i = random.Next(3000); i > 0; i--)
                await channel.Writer.WriteAsync(i).Done();
            await Signals.StopAsync(child);
            int accepted = 0;
            while (channel.Writer.TryWrite(accepted))
                accepted++;
            Assert.IsInRange(0, 1024, accepted);
            using var cancel = new CancellationTokenSource();
            Task canceled = channel.Writer.WriteAsync(0, cancel.Token).AsTask();
            Task<bool> room = channel.Writer.WaitToWriteAsync().AsTask();
            Task write = channel.Writer.WriteAsync(1).AsTask();
            Task join = channel.Writer.JoinAsync().AsTask();
            await channel.Writer.FlushAsync().Done();
            Assert.IsFalse(canceled.IsCompleted || room.IsCompleted || write.IsCompleted || join.IsCompleted);
            await cancel.CancelAsync();
            await canceled.Fails<OperationCanceledException>();
            Signals.Continue(child);
            await write.Done();
            Assert.IsTrue(await room.Done());
            await join.Done();
        }
        await channel.Writer.JoinAsync().Done();
        channel.Writer.Complete();
        Assert.AreEqual(0, await child.WaitForExitAsync());
    }

    [TestMethod]
    public async Task WriterStopped_ReaderWaitsAndCanCancel_NothingIsLostOrDoubled()
    {
        await using DuplexChannelListener<NoItem, long> longs = await ListenAsync<long>();
        await using DuplexChannelListener<NoItem, byte[]> bytes = await ListenAsync<byte[]>();
        await using DuplexChannelListener<NoItem, Job> jobs = await ListenAsync<Job>();
        await using ChildProcess child = ChildProcess.Start("write-forever", longs.Address.ToString(), bytes.Address.ToString(), jobs.Address.ToString());
        await using DuplexChannel<NoItem, long> numbers = await longs.AcceptAsync().Done();
        await using DuplexChannel<NoItem, byte[]> blocks = await bytes.AcceptAsync().Done();
        await using DuplexChannel<NoItem, Job> records = await jobs.AcceptAsync().Done();
        Assert.IsTrue(numbers.Peer!.IsSharedMemory && blocks.Peer!.IsSharedMemory && records.Peer!.IsSharedMemory);
        await child.SayAsync("go");
        var random = new Random(4);
        long number = 0, block = 0;
        for (int stop = 0; stop < s_stops; stop++)
        {
            for (int i = random.Next(3000); i > 0; i--)
                Assert.AreEqual(number++, await numbers.Reader.ReadAsync().Done());
            await Signals.StopAsync(child);
            while (numbers.Reader.TryRead(out long item))
                Assert.AreEqual(number++, item);
            while (blocks.Reader.TryRead(out byte[]? item))
                Assert.IsTrue(item.AsSpan().SequenceEqual(Job.MakeBytes(block++)));
            using var cancel = new CancellationTokenSource();
            Task<long> canceled = numbers.Reader.ReadAsync(cancel.Token).AsTask();
            Task<bool> any = numbers.Reader.WaitToReadAsync().AsTask();
            Task<long> next = numbers.Reader.ReadAsync().AsTask();
            Assert.IsFalse(canceled.IsCompleted || any.IsCompleted || next.IsCompleted);
            await cancel.CancelAsync();
            await canceled.Fails<OperationCanceledException>();
            Signals.Continue(child);
            Assert.AreEqual(number++, await next.Done());
            Assert.IsTrue(await any.Done());
        }
    }

    private static Task<DuplexChannelListener<NoItem, T>> ListenAsync<T>() =>
        CrossChannel.ListenAsync<NoItem, T>(ChannelAddress.SharedMemory(TransportTest.UniqueName())).Done();
}
