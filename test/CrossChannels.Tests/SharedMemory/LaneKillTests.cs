using System.Runtime.Versioning;
using System.Threading.Channels;
using CrossChannels.Channels;
using CrossChannels.TestChild;
using CrossChannels.Tests.Transports;

namespace CrossChannels.Tests.SharedMemory;

/// <summary>Processes at the other end of a lane that are killed at any moment.</summary>
[TestClass]
[DoNotParallelize]
[SupportedOSPlatform("linux")]
public sealed class LaneKillTests
{
    private static readonly int s_kills = Environment.GetEnvironmentVariable("CROSSCHANNELS_LONG") == "1" ? 3000 : 15;

    [TestMethod]
    public async Task WriterKilled_AtAnyMoment_AllPublishedIsReadOnceInOrder_AndTheSegmentIsGone()
    {
        int before = Mappings.Count(Environment.ProcessId);
        await Parallel.ForEachAsync(Enumerable.Range(0, s_kills), new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (seed, _) => await KillWriterAsync(seed));
        Assert.AreEqual(before, Mappings.Count(Environment.ProcessId));
    }

    [TestMethod]
    public async Task ReaderKilled_WhatItHadNotTakenIsCountedExactly_AndTheSegmentIsGone()
    {
        int before = Mappings.Count(Environment.ProcessId);
        for (int capacity = 1; capacity <= 1000; capacity *= 10)
        {
            const int Read = 500;
            await using DuplexChannelListener<long, NoItem> listener = await CrossChannel.ListenAsync<long, NoItem>(NewAddress()).Done();
            await using ChildProcess child = ChildProcess.Start("read", listener.Address.ToString(), $"{Read}", $"{capacity}");
            await using DuplexChannel<long, NoItem> channel = await listener.AcceptAsync().Done();
            Assert.IsTrue(channel.Peer!.IsSharedMemory);
            Assert.AreEqual(1, Mappings.Count(child.Id));
            for (long number = 0; number < Read; number++)
                await channel.Writer.WriteAsync(number).Done();
            Assert.AreEqual("read", await child.ReadLineAsync());
            int accepted = 0;
            while (channel.Writer.TryWrite(Read + accepted))
                accepted++;
            Assert.AreEqual(capacity, accepted);
            Task write = channel.Writer.WriteAsync(0).AsTask();
            Task join = channel.Writer.JoinAsync().AsTask();
            await child.KillAsync();
            ConnectionLostException lost = await join.Fails<ConnectionLostException>("a join waits for a reader that was killed");
            Assert.AreEqual(accepted, lost.UnreceivedCount);
            Assert.AreEqual(accepted, channel.Writer.UnreceivedCount);
            await write.Fails<ChannelClosedException>("a write waits for a reader that was killed");
            Assert.IsFalse(channel.Writer.TryWrite(0));
            Assert.AreEqual(EndingKind.ConnectionLost, channel.Writer.Ending!.Kind);
        }
        Assert.AreEqual(before, Mappings.Count(Environment.ProcessId));
    }

    private static async Task KillWriterAsync(int seed)
    {
        var random = new Random(seed);
        int capacity = random.Next(3) switch { 0 => 1, 1 => 1 + random.Next(20), _ => 1024 };
        long killAt = random.Next(1, random.Next(2) == 0 ? 30 : 3000);
        await using DuplexChannelListener<NoItem, long> longs = await ListenAsync<long>(new BoundedChannelOptions(capacity));
        await using DuplexChannelListener<NoItem, byte[]> bytes = await ListenAsync<byte[]>(new BoundedChannelOptions(capacity));
        await using DuplexChannelListener<NoItem, Job> jobs = await ListenAsync<Job>(new UnboundedChannelOptions());
        await using ChildProcess child = ChildProcess.Start("write-forever", longs.Address.ToString(), bytes.Address.ToString(), jobs.Address.ToString());
        await using DuplexChannel<NoItem, long> longReader = await longs.AcceptAsync().Done();
        await using DuplexChannel<NoItem, byte[]> bytesReader = await bytes.AcceptAsync().Done();
        await using DuplexChannel<NoItem, Job> jobReader = await jobs.AcceptAsync().Done();
        await child.SayAsync("go");
        long total = 0;
        void Count()
        {
            if (Interlocked.Increment(ref total) == killAt)
                child.BeginKill();
        }

        await Task.WhenAll(
            ReadAsync(longReader, static (item, number) => item == number, Count),
            ReadAsync(bytesReader, static (item, number) => item.AsSpan().SequenceEqual(Job.MakeBytes(number)), Count),
            ReadAsync(jobReader, static (item, number) => item == Job.Make(number), Count)).Done($"the readers of killed writer {seed} wait for their end");
    }

    private static async Task ReadAsync<T>(DuplexChannel<NoItem, T> channel, Func<T, long, bool> isItem, Action count)
    {
        Assert.IsTrue(channel.Peer!.IsSharedMemory);
        long number = 0;
        try
        {
            while (true)
            {
                T item = await channel.Reader.ReadAsync();
                Assert.IsTrue(isItem(item, number), $"Item {number} of {typeof(T)} is another, or not whole.");
                number++;
                count();
            }
        }
        catch (ChannelClosedException e)
        {
            Assert.IsInstanceOfType<ConnectionLostException>(e.InnerException);
        }
        await channel.Reader.Completion.Fails<ConnectionLostException>("a reader whose writer was killed waits for its end");
        Assert.AreEqual(((LinkChannel<NoItem, T>)channel).Link.Receiver.ReceivedItems, number, "Something published was not read.");
    }

    private static ChannelAddress NewAddress() => ChannelAddress.SharedMemory(TransportTest.UniqueName());

    private static Task<DuplexChannelListener<NoItem, T>> ListenAsync<T>(ChannelOptions reading) =>
        CrossChannel.ListenAsync<NoItem, T>(NewAddress(), new() { Reading = reading }).Done();
}
