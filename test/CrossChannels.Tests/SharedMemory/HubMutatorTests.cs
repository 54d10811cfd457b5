using System.Runtime.Versioning;
using System.Threading.Channels;
using CrossChannels.SharedMemory;
using CrossChannels.Tests.Transports;

namespace CrossChannels.Tests.SharedMemory;

/// <summary>
/// A hub of which one end rewrites words of its lane at random, with pages around every mapping that cannot be touched. At the most that end is cut off: the others lose no item, get none twice, and all of the
/// capacity is theirs again. See <see cref="LaneMutator"/> for how many words.
/// </summary>
[TestClass]
[DoNotParallelize]
[SupportedOSPlatform("linux")]
public sealed class HubMutatorTests
{
    private const int WordsOfALink = 400;
    private const int Capacity = 64;
    private const int Demand = 32;

    private static readonly int[] s_wordsOfAWriter =
    [
        LaneLayout.Written, LaneLayout.Closed, LaneLayout.Claimed, LaneLayout.Wanted, LaneLayout.ReaderParked, LaneLayout.WriterParked, LaneLayout.Taken, LaneLayout.Granted,
        LaneLayout.Grants,
    ];

    private static readonly int[] s_wordsOfAReader =
    [
        LaneLayout.Taken, LaneLayout.TakenBytes, LaneLayout.HandClaimed, LaneLayout.Handed, LaneLayout.ReaderParked, LaneLayout.WriterParked, LaneLayout.Written, LaneLayout.Withdrawn,
    ];

    [TestMethod]
    public async Task Writer_IsCutOffAtTheMost_AndTheOthersItemsComeInOrder()
    {
        var random = new Random(23);
        await using ChannelHub hub = await ChannelHub.StartAsync(ChannelAddress.SharedMemory(TransportTest.UniqueName())).Done();
        SharedChannel<Marked> channel = hub.CreateBounded<Marked>("c", Capacity);
        await using CrossChannelWriter<Marked> writer = await CrossChannel.OpenWriterAsync<Marked>(channel.Address).Done();
        using var stop = new CancellationTokenSource();
        Task<long> writing = Task.Run(() => WriteAsync(writer, stop.Token));
        Task<long> reading = Task.Run(() => ReadAsync(channel.Reader));
        for (int done = 0; done < LaneMutator.Words; done += WordsOfALink)
        {
            using LanePeer peer = await LanePeer.WriteToHubAsync<Marked>(channel.Address);
            Task over = await MutateAsync(peer, peer.Theirs!, s_wordsOfAWriter, random, PlayWriterAsync);
            // Whatever passed until now, this does not.
            LanePeer.Set(peer.Theirs!, LaneLayout.Written, -1);
            if (!over.IsCompleted)
                await TryRingAsync(peer);
            await over.Done();
        }
        await Wait.Until(() => Get(hub).Writers.Count == 1);
        await stop.CancelAsync();
        long written = await writing.Done();
        await writer.FlushAsync().Done();
        await writer.JoinAsync().Done();
        await channel.Reader.CloseAsync().Done();
        Assert.AreEqual(written, await reading.Done());
        Assert.AreEqual(0, Get(hub).Depth);
    }

    [TestMethod]
    public async Task WriterHasLeft_AllOfTheCapacityIsThereAgain()
    {
        var random = new Random(29);
        await using ChannelHub hub = await ChannelHub.StartAsync(ChannelAddress.SharedMemory(TransportTest.UniqueName())).Done();
        SharedChannel<Marked> channel = hub.CreateBounded<Marked>("c", Capacity);
        for (int done = 0; done < LaneMutator.Words; done += WordsOfALink)
        {
            using (LanePeer peer = await LanePeer.WriteToHubAsync<Marked>(channel.Address))
                await MutateAsync(peer, peer.Theirs!, s_wordsOfAWriter, random, PlayWriterAsync);
            await Wait.Until(() => Get(hub).Writers.Count == 0);
            while (channel.Reader.TryRead(out _))
            {
            }
            for (int i = 0; i < Capacity; i++)
                Assert.IsTrue(channel.Writer.TryWrite(new Marked(Marked.Honest, i)), $"item {i}");
            Assert.IsFalse(channel.Writer.TryWrite(default));
            while (channel.Reader.TryRead(out _))
            {
            }
        }
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task Reader_IsCutOffAtTheMost_AndNoItemIsLostOrChanged(bool isLeased)
    {
        var random = new Random(31);
        await using ChannelHub hub = await ChannelHub.StartAsync(ChannelAddress.SharedMemory(TransportTest.UniqueName())).Done();
        LeasedChannel<Marked>? leased = isLeased ? hub.CreateLeased<Marked>("c", Capacity) : null;
        SharedChannel<Marked>? plain = isLeased ? null : hub.CreateBounded<Marked>("c", Capacity);
        ChannelAddress address = leased?.Address ?? plain!.Address;
        CrossChannelWriter<Marked> writer = leased?.Writer ?? plain!.Writer;
        long number = 0;
        for (int done = 0; done < LaneMutator.Words; done += WordsOfALink)
        {
            HashSet<long> open = [];
            for (; writer.TryWrite(new Marked(Marked.Honest, number)); number++)
                open.Add(number);
            Assert.HasCount(Capacity, open);
            using (LanePeer peer = await LanePeer.ReadFromHubAsync<Marked>(address, isLeased, Demand))
                await MutateAsync(peer, peer.Ours, s_wordsOfAReader, random, (peer, stop) => PlayReaderAsync(peer, isLeased, stop));
            await Wait.Until(() => Get(hub) is { Readers.Count: 0, InFlight: 0 });
            int left = (int)Get(hub).Depth;
            // Of what it never settled nothing is done with. On a plain channel its own word counts, and it may say that it had all that it was given.
            Assert.IsTrue(isLeased ? left == Capacity : left is >= Capacity - Demand and <= Capacity, $"{left} items are left");
            for (int i = 0; i < left; i++)
            {
                using Lease<Marked>? lease = leased is null ? null : await leased.Reader.ReadAsync().Done();
                Marked item = lease is null ? await plain!.Reader.ReadAsync().Done() : lease.Item;
                Assert.AreEqual(Marked.Honest, item.Key);
                Assert.IsTrue(open.Remove(item.Number), $"item {item.Number} comes a second time");
                lease?.Complete();
            }
        }
    }

    /// <summary>Has a peer use its lane as a correct one does, and rewrites words of it meanwhile.</summary>
    /// <returns>Done when the hub has cut it off.</returns>
    private static async Task<Task> MutateAsync(LanePeer peer, LaneEnd lane, int[] words, Random random, Func<LanePeer, CancellationToken, Task> play)
    {
        using SegmentGuards guards = SegmentGuards.AroundAll();
        using var stop = new CancellationTokenSource();
        Task over = Task.Run(peer.DrainAsync);
        Task playing = Task.Run(() => play(peer, stop.Token));
        for (int i = 0; i < WordsOfALink && !over.IsCompleted; i++)
        {
            LaneMutator.Rewrite(lane, words, random);
            if (random.Next(8) == 0)
                await Task.Yield();
        }
        await stop.CancelAsync();
        await playing.Done();
        return over;
    }

    private static ChannelStatus Get(ChannelHub hub) => hub.GetStatus().Channels.Single(static channel => channel.Name == "c");

    private static async Task TryRingAsync(LanePeer peer)
    {
        try
        {
            await peer.RingAsync(1);
        }
        catch (IOException)
        {
            // The hub has cut it off just now.
        }
    }

    private static async Task PlayWriterAsync(LanePeer peer, CancellationToken stop)
    {
        var writer = new LaneWriter(peer.Theirs!.Segment, peer.Theirs.Layout, isFenceShared: false);
        try
        {
            for (int i = 0; !stop.IsCancellationRequested; i++)
            {
                bool isRinging = writer.TryWrite(new Marked(0, i)) ? writer.TryWakeReader() : writer.TryWant();
                if (isRinging)
                    await peer.RingAsync(1);
                else
                    await Task.Yield();
            }
        }
        catch (IOException)
        {
            // The hub has cut it off.
        }
    }

    private static async Task PlayReaderAsync(LanePeer peer, bool isLeased, CancellationToken stop)
    {
        var reader = new LaneReader(peer.Ours.Segment, peer.Ours.Layout, isFenceShared: false);
        var hands = new LaneHandover(peer.Ours.Segment, isFenceShared: false);
        byte[] item = new byte[16];
        try
        {
            while (!stop.IsCancellationRequested)
            {
                bool isThere = reader.TryPeekLength(out int length) && length == item.Length && hands.TryHand(1) && reader.TryCopyNext(item, take: true);
                if (isThere)
                    hands.Handed(1);
                if (isThere && reader.TryWakeWriter())
                    await peer.RingAsync(2);
                else
                    await Task.Yield();
            }
        }
        catch (IOException)
        {
            // The hub has cut it off.
        }
    }

    private static async Task<long> WriteAsync(CrossChannelWriter<Marked> writer, CancellationToken stop)
    {
        for (long number = 0; ; number++)
        {
            if (stop.IsCancellationRequested)
                return number;
            await writer.WriteAsync(new Marked(Marked.Honest, number), CancellationToken.None);
        }
    }

    /// <summary>Reads everything, and counts what the honest writer wrote.</summary>
    private static async Task<long> ReadAsync(CrossChannelReader<Marked> reader)
    {
        long next = 0;
        try
        {
            while (true)
            {
                Marked item = await reader.ReadAsync();
                if (item.Key == Marked.Honest)
                    Assert.AreEqual(next++, item.Number);
            }
        }
        catch (ChannelClosedException)
        {
            return next;
        }
    }

    /// <summary>An item of which a word that was written at random is not taken for an honest one.</summary>
    private readonly record struct Marked(long Key, long Number)
    {
        public const long Honest = 0x6d3a_91c4_57e8_02b7;
    }
}
