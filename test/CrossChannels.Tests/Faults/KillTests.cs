using System.Threading.Channels;
using CrossChannels.TestChild;

namespace CrossChannels.Tests.Faults;

/// <summary>Processes that are killed at any moment.</summary>
[TestClass]
public sealed class KillTests
{
    /// <summary>Each kills one process with three links; CROSSCHANNELS_LONG=1 makes them thousands.</summary>
    private static readonly int s_kills = Environment.GetEnvironmentVariable("CROSSCHANNELS_LONG") == "1" ? 3000 : 20;

    [TestMethod]
    public async Task WriterKilled_AtAnyMoment_ReceivedOnceInOrderNoneHalf()
    {
        await Parallel.ForEachAsync(Enumerable.Range(0, s_kills), new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (seed, _) => await KillWriterAsync(seed));
    }

    private static async Task KillWriterAsync(int seed)
    {
        var random = new Random(seed);
        // Small windows take the kill to moments of credit, large ones to moments of bytes.
        int capacity = random.Next(3) switch { 0 => 1, 1 => 1 + random.Next(20), _ => 1024 };
        long killAt = random.Next(1, random.Next(2) == 0 ? 30 : 3000);
        await using RawListener<NoItem, long> longs = await RawListener<NoItem, long>.StartAsync(new() { Reading = new BoundedChannelOptions(capacity) });
        await using RawListener<NoItem, byte[]> bytes = await RawListener<NoItem, byte[]>.StartAsync(new() { Reading = new BoundedChannelOptions(capacity) });
        await using RawListener<NoItem, Job> jobs = await RawListener<NoItem, Job>.StartAsync(new() { Reading = new UnboundedChannelOptions() });
        await using ChildProcess child = ChildProcess.Start("write-forever", longs.Address.ToString(), bytes.Address.ToString(), jobs.Address.ToString());
        DuplexChannel<NoItem, long> longReader = await longs.AcceptAsync();
        DuplexChannel<NoItem, byte[]> bytesReader = await bytes.AcceptAsync();
        DuplexChannel<NoItem, Job> jobReader = await jobs.AcceptAsync();
        await child.SayAsync("go");
        long total = 0;
        void Count()
        {
            if (Interlocked.Increment(ref total) == killAt)
                child.BeginKill();
        }

        await Task.WhenAll(
            ReadAsync(longReader.Reader, static (item, number) => item == number, Count),
            ReadAsync(bytesReader.Reader, static (item, number) => item.AsSpan().SequenceEqual(Job.MakeBytes(number)), Count),
            ReadAsync(jobReader.Reader, static (item, number) => item == Job.Make(number), Count)).Done($"the readers of killed writer {seed} wait for their end");
    }

    private static async Task ReadAsync<T>(CrossChannelReader<T> reader, Func<T, long, bool> isItem, Action count)
    {
        long number = 0;
        try
        {
            while (true)
            {
                T item = await reader.ReadAsync();
                Assert.IsTrue(isItem(item, number), $"Item {number} of {typeof(T)} is another, or not whole.");
                number++;
                count();
            }
        }
        catch (ChannelClosedException e)
        {
            Assert.IsInstanceOfType<ConnectionLostException>(e.InnerException);
        }
        await reader.Completion.Fails<ConnectionLostException>("a reader whose writer was killed waits for its end");
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(100)]
    [DataRow(1024)]
    public async Task ReaderKilled_UnreceivedIsAnUpperBoundAndEveryWaitEnds(int capacity)
    {
        const int Read = 500;
        await using RawListener<long, NoItem> listener = await RawListener<long, NoItem>.StartAsync();
        await using ChildProcess child = ChildProcess.Start("read", listener.Address.ToString(), $"{Read}", $"{capacity}");
        DuplexChannel<long, NoItem> channel = await listener.AcceptAsync();
        CrossChannelWriter<long> writer = channel.Writer;
        for (long number = 0; number < Read; number++)
            await writer.WriteAsync(number).Done("a write waits for a reader that reads");
        Assert.AreEqual("read", await child.ReadLineAsync());
        // One item stays unread. Credit for more may be on its way still, so the writer goes on until it is told.
        await writer.WriteAsync(Read).Done("a write waits for the last credit");
        Task join = writer.JoinAsync().AsTask();
        long accepted = Read + 1;
        Task write = Task.Run(async () =>
        {
            while (true)
            {
                await writer.WriteAsync(accepted);
                accepted++;
            }
        });
        child.BeginKill();

        Exception closed = await write.Fails<ChannelClosedException>("a write waits for a reader that was killed");
        Assert.IsInstanceOfType<ConnectionLostException>(closed.InnerException);
        var lost = await join.Fails<ConnectionLostException>("a join waits for a reader that was killed");
        await writer.FlushAsync().Fails<ConnectionLostException>("a flush waits for a reader that was killed");
        Assert.IsFalse(await writer.WaitToWriteAsync().AsTask().ContinueWith(static task => task.IsCompletedSuccessfully, TaskScheduler.Default));
        Assert.AreEqual(EndingKind.ConnectionLost, writer.Ending!.Kind);
        Assert.IsInRange(0, accepted, lost.UnreceivedCount);
        Assert.IsLessThanOrEqualTo(accepted, writer.UnreceivedCount);
        Assert.IsGreaterThanOrEqualTo(0, writer.UnreceivedCount);
    }

    [TestMethod]
    public async Task OtherChildStartedMeanwhile_InheritsNothing_PeerSeesTheEnd()
    {
        await using RawListener<NoItem, long> listener = await RawListener<NoItem, long>.StartAsync();
        DuplexChannel<long, NoItem> there = await CrossChannel.ConnectAsync<long, NoItem>(listener.Address).Done("a peer waits to connect");
        DuplexChannel<NoItem, long> here = await listener.AcceptAsync();
        await using ChildProcess unrelated = ChildProcess.Start("wait");
        Assert.AreEqual("ready", await unrelated.ReadLineAsync());
        await there.Writer.WriteAsync(1).Done("a write waits");
        await there.Writer.FlushAsync().Done("a flush waits");
        there.Abort();
        Assert.AreEqual(1, await here.Reader.ReadAsync().Done("the reader waits for the item"));
        await here.Reader.Completion.Fails<LinkAbortedException>("the reader waits for its end");
        await unrelated.KillAsync();
    }
}
