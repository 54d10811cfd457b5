using System.Collections.Concurrent;

namespace CrossChannels.Tests.Hub.Faults;

/// <summary>Processes that are stopped while they have what others wait for.</summary>
[TestClass]
public sealed class HubStopTests
{
    private static readonly HubOptions s_settings = new() { RevokeTimeout = TimeSpan.FromMilliseconds(500) };

    private readonly TempDirectory _directory = new();

    private ChannelAddress Address => ChannelAddress.Unix(_directory["hub.sock"]);

    [TestCleanup]
    public void Clean() => _directory.Dispose();

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task WriterStopsWithCredit_OthersGetItAndItFindsAnEnding(bool isOwnerWaiting)
    {
        await using SharedChannel<long> channel = await CrossChannel.CreateBoundedAsync<long>(Address, 1, hub: s_settings).Done();
        await using ChildProcess stopped = ChildProcess.Start("write-on-word", Address.ToString());
        Assert.AreEqual("open", await stopped.ReadLineAsync());
        // Opening asks for one slot, and there is only one.
        await Signals.StopAsync(stopped);
        await using CrossChannelWriter<long> other = isOwnerWaiting ? channel.Writer : await CrossChannel.OpenWriterAsync<long>(Address).Done();
        await other.WriteAsync(1).Done();
        Assert.AreEqual(1, await channel.Reader.ReadAsync().Done());
        Signals.Continue(stopped);
        await stopped.SayAsync("write");
        Assert.AreEqual(nameof(EndingKind.TimedOut), await stopped.ReadLineAsync());
        await channel.Writer.WriteAsync(2).Done();
        Assert.AreEqual(2, await channel.Reader.ReadAsync().Done());
        Assert.AreEqual(0, await stopped.FinishAsync());
        Assert.AreEqual(0, channel.Reader.Count);
        Assert.IsNull(channel.Writer.Ending);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task ReaderStopsWithAnItem_OthersGetItAndItsLateWordsChangeNothing(bool isLeased)
    {
        await using ChannelHub hub = await ChannelHub.StartAsync(Address, s_settings).Done();
        LeasedChannel<long>? leased = isLeased ? hub.CreateLeased<long>("c", 8) : null;
        SharedChannel<long>? plain = isLeased ? null : hub.CreateBounded<long>("c", 8);
        CrossChannelWriter<long> writer = leased?.Writer ?? plain!.Writer;
        await using ChildProcess stopped = ChildProcess.Start("read-on-word", Address.WithChannel("c").ToString(), $"{isLeased}");
        Assert.AreEqual("open", await stopped.ReadLineAsync());
        await stopped.SayAsync("read");
        await writer.WriteAsync(0).Done();
        Assert.AreEqual(isLeased ? "0 1" : "0", await stopped.ReadLineAsync());
        await stopped.SayAsync("read");
        await stopped.SayAsync("settle");
        // Only one that has asked gets the next item: one that holds nothing is nobody's to cut off.
        await Wait.Until(() => hub.GetStatus().Channels.Single(static channel => channel.Name == "c").Readers.Single().Credit > 0);
        // Stopped, it sees neither what comes for it nor what it is asked.
        await Signals.StopAsync(stopped);
        await writer.WriteAsync(1).Done();
        var seen = new ConcurrentQueue<(long Item, int Count)>();
        Task reading = leased is null ? ReadAsync(plain!.Reader, seen) : ReadLeasesAsync(leased.Reader, seen);
        await writer.JoinAsync().Done();
        // A join ends when an item is handed over; what its reader then does with it is another matter.
        await Wait.Until(() => seen.Any(static item => item.Item == 1));
        Signals.Continue(stopped);
        // What it waited for may have reached it before it hears that the hub went on without it.
        await stopped.SayAsync("read");
        string said;
        do
        {
            said = await stopped.ReadLineAsync();
        }
        while (!said.StartsWith("over", StringComparison.Ordinal));
        Assert.AreEqual($"over {nameof(EndingKind.TimedOut)}", said);
        Assert.AreEqual(0, await stopped.FinishAsync());
        await writer.WriteAsync(2).Done();
        writer.Complete();
        await reading.Done();
        Assert.AreEqual((2, 1), seen.Last());
        Assert.HasCount(seen.Count, seen.Distinct());
        if (leased is not null)
            CollectionAssert.AreEqual(new[] { 0L, 1L }, seen.Where(static item => item.Item < 2).Select(static item => item.Item).Order().ToArray());
    }

    private static async Task ReadAsync(CrossChannelReader<long> reader, ConcurrentQueue<(long Item, int Count)> seen)
    {
        await foreach (long item in reader.ReadAllAsync())
            seen.Enqueue((item, 1));
    }

    private static async Task ReadLeasesAsync(LeasedReader<long> reader, ConcurrentQueue<(long Item, int Count)> seen)
    {
        await foreach (Lease<long> lease in reader.ReadAllAsync())
        {
            seen.Enqueue((lease.Item, lease.DeliveryCount));
            lease.Complete();
        }
    }
}
