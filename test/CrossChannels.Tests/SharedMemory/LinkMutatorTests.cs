using System.Runtime.Versioning;
using CrossChannels.Protocol;
using CrossChannels.SharedMemory;
using CrossChannels.Tests.Transports;

namespace CrossChannels.Tests.SharedMemory;

/// <summary>
/// A whole link whose peer rewrites words of both segments at random while items go both ways, with pages around every mapping that cannot be touched: an access outside
/// would end the process. The environment variable CROSSCHANNELS_MUTATIONS says how many words, by default 4,000; of texts only the long run does it.
/// </summary>
[TestClass]
[DoNotParallelize]
[SupportedOSPlatform("linux")]
public sealed class LinkMutatorTests
{
    private const int WordsOfALink = 400;

    private static readonly int[] s_words =
        [LaneLayout.Written, LaneLayout.Taken, LaneLayout.TakenBytes, LaneLayout.Closed, LaneLayout.ReaderParked, LaneLayout.WriterParked];

    [TestMethod]
    public Task Longs_OnlyViolations() => MutateAsync(static i => (long)i, sizeof(long));

    [TestMethod]
    public Task Texts_OnlyViolations()
    {
        if (Environment.GetEnvironmentVariable("CROSSCHANNELS_LONG") != "1")
            Assert.Inconclusive("It takes long: CROSSCHANNELS_LONG=1 runs it.");
        return MutateAsync(static i => new string('x', (int)(i * 37L % 5000)), elementSize: 0);
    }

    private static async Task MutateAsync<T>(Func<int, T> make, int elementSize)
    {
        var random = new Random(17);
        int violations = 0;
        for (int done = 0; done < LaneMutator.Words; done += WordsOfALink)
        {
            ChannelAddress address = ChannelAddress.SharedMemory(TransportTest.UniqueName());
            await using DuplexChannelListener<T, T> listener = await CrossChannel.ListenAsync<T, T>(
                address, new() { Connection = new() { MaxUnreadBytes = 40_000, MaxUnsentBytes = 40_000, MaxEmptyFramesPerSecond = int.MaxValue } }).Done();
            using LanePeer peer = await LanePeer.GreetAsync<T>(
                address, HelloFeatures.Lanes | HelloFeatures.LaneIsHere, LaneLayout.Of(elementSize, 16 << 20, 64, 40_000, 40_000));
            await using DuplexChannel<T, T> channel = await listener.AcceptAsync().Done();
            using SegmentGuards guards = SegmentGuards.AroundAll();
            using var stop = new CancellationTokenSource();
            Task[] traffic =
            [
                Task.Run(() => EndAsync(async i => await channel.Writer.WriteAsync(make(i), stop.Token), stop.Token)),
                Task.Run(() => EndAsync(async _ => await channel.Reader.ReadAsync(stop.Token), stop.Token)),
                Task.Run(() => EndAsync(async _ =>
                {
                    channel.Reader.TryPeek(out T? _);
                    GC.KeepAlive(channel.Reader.Count);
                    if (!await channel.Reader.WaitToReadAsync(stop.Token))
                        throw new OperationCanceledException();
                    channel.Reader.TryRead(out T? _);
                }, stop.Token)),
                Task.Run(() => PlayAsync(peer, elementSize, stop.Token)),
            ];
            for (int i = 0; i < WordsOfALink; i++)
            {
                LaneMutator.Rewrite(i % 2 == 0 ? peer.Ours : peer.Theirs!, s_words, random);
                if (random.Next(8) == 0)
                    await Task.Yield();
            }
            await stop.CancelAsync();
            await Task.WhenAll(traffic).Done($"the calls at a link whose memory was rewritten, after {done:N0} words");
            violations += channel.Writer.Ending is { Kind: EndingKind.ProtocolViolation } ? 1 : 0;
            channel.Abort();
            // A peer that stayed would be given a second to hear the last words.
            peer.Dispose();
        }
        Assert.IsGreaterThan(0, violations);
    }

    /// <summary>The peer's own traffic, as a correct one does it, for as long as its words are there.</summary>
    private static async Task PlayAsync(LanePeer peer, int elementSize, CancellationToken stop)
    {
        bool isFenceShared = false;
        var writer = new LaneWriter(peer.Theirs!.Segment, peer.Theirs.Layout, isFenceShared);
        var reader = new LaneReader(peer.Ours.Segment, peer.Ours.Layout, isFenceShared);
        byte[] item = new byte[elementSize > 0 ? elementSize : 3000];
        byte[] taken = new byte[1 << 20];
        try
        {
            for (int i = 0; !stop.IsCancellationRequested; i++)
            {
                long rung = 0;
                if (writer.Violation is null && writer.TryWrite(elementSize > 0 ? item : item.AsSpan(0, (int)(i * 53L % item.Length)), isNull: false) && writer.TryWakeReader())
                    rung |= 1;
                if (reader.Violation is null && reader.TryPeekLength(out int length) && length <= taken.Length
                    && reader.TryCopyNext(taken.AsSpan(0, Math.Max(0, length)), take: true) && reader.TryWakeWriter())
                    rung |= 2;
                if (rung != 0)
                    await peer.RingAsync(rung);
                else
                    await Task.Yield();
            }
        }
        catch (IOException)
        {
            // The other end has closed the link, for a violation.
        }
    }

    private static async Task EndAsync(Func<int, Task> step, CancellationToken stop)
    {
        try
        {
            for (int i = 0; ; i++)
            {
                try
                {
                    await step(i);
                }
                catch (ItemUnreadableException)
                {
                    // The bytes of an item are another's now, and mean nothing. One that is only peeked at stays.
                    stop.ThrowIfCancellationRequested();
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or System.Threading.Channels.ChannelClosedException or CrossChannelException)
        {
            // The link ended, or the test did.
        }
    }
}
