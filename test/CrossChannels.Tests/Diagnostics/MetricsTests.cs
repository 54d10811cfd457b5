using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Threading.Channels;
using CrossChannels.Tests.Injection;

#pragma warning disable VSTHRD103 // Complete() does not block: it queues.

namespace CrossChannels.Tests.Diagnostics;

/// <summary>Every instrument of links. They are those of the process, so nothing else may run beside these tests.</summary>
[TestClass]
[DoNotParallelize]
public sealed class MetricsTests : IDisposable
{
    private readonly IDisposable _pause = FaultyExporter.Pause();

    public void Dispose() => _pause.Dispose();

    [TestMethod]
    public async Task ItemsAndBytes_ItemsCross_AreCountedOnceAtEachSide()
    {
        var (here, there) = CrossChannel.CreatePair<byte[], NoItem>();
        await using (here)
        await using (there)
        {
            using var meter = new Recorder();
            for (int i = 0; i < 3; i++)
            {
                await here.Writer.WriteAsync(new byte[4321]).Done();
                await there.Reader.ReadAsync().Done();
            }

            Assert.AreEqual(3, meter.Sum("crosschannels.items.sent"));
            Assert.AreEqual(3, meter.Sum("crosschannels.items.received"));
            Assert.IsGreaterThanOrEqualTo(3 * 4321, meter.Sum("crosschannels.bytes.sent"));
            Assert.AreEqual(meter.Sum("crosschannels.bytes.sent"), meter.Sum("crosschannels.bytes.received"));
        }
    }

    [TestMethod]
    public async Task CreditStalls_WriterHasToWait_IsCounted()
    {
        var (here, there) = CrossChannel.CreatePair<int, NoItem>(
            secondOptions: new DuplexChannelOptions<NoItem, int> { Reading = new BoundedChannelOptions(1) });
        await using (here)
        await using (there)
        {
            using var meter = new Recorder();
            await here.Writer.WriteAsync(1).Done();
            Task second = here.Writer.WriteAsync(2).AsTask();
            await Wait.Until(() => meter.Sum("crosschannels.credit.stalls") > 0);
            Assert.AreEqual(1, await there.Reader.ReadAsync().Done());
            await second.Done();
        }
    }

    [TestMethod]
    public async Task Endings_LinkEnds_IsCountedWithItsKind()
    {
        using var meter = new Recorder();
        var (here, there) = CrossChannel.CreatePair<int, NoItem>();
        await here.Writer.WriteAsync(1).Done();
        here.Writer.Complete();
        Assert.AreEqual(1, await there.Reader.ReadAsync().Done());
        await there.Reader.Completion.Done();
        await here.DisposeAsync();
        await there.DisposeAsync();
        await Wait.Until(() => meter.Tags("crosschannels.endings").Any(static tags => tags.StartsWith("channel= role=duplex peer=", StringComparison.Ordinal) && tags.EndsWith($"kind={EndingKind.Completed}", StringComparison.Ordinal)));
    }

    [TestMethod]
    public async Task Hub_ItemsAndTimes_AreTaggedWithChannelRoleAndPeer()
    {
        using var meter = new Recorder();
        await using ChannelHub hub = await ChannelHub.StartAsync($"mem:metrics-{Guid.NewGuid():N}").Done();
        LeasedChannel<int> work = hub.CreateLeased<int>("work", 1);
        await using CrossChannelWriter<int> writer = await CrossChannel.OpenWriterAsync<int>(work.Address).Done();
        await using LeasedReader<int> reader = await CrossChannel.OpenLeasedReaderAsync<int>(work.Address).Done();
        await writer.WriteAsync(1).Done();
        Task second = writer.WriteAsync(2).AsTask();
        for (int i = 0; i < 2; i++)
            (await reader.ReadAsync().Done()).Complete();
        await second.Done();
        await work.Writer.JoinAsync().Done();

        string process = $"peer={Environment.ProcessId}";
        CollectionAssert.Contains(meter.Tags("crosschannels.items.received"), $"channel=work role=writer {process}");
        // What a hub sends is counted as well.
        CollectionAssert.Contains(meter.Tags("crosschannels.items.sent"), $"channel=work role=leased_reader {process}");
        await Wait.Until(() => meter.Tags("crosschannels.hub.lease.duration").Contains($"channel=work role=leased_reader {process}"));
        CollectionAssert.Contains(meter.Tags("crosschannels.hub.queue.duration"), $"channel=work role=leased_reader {process}");
        CollectionAssert.Contains(meter.Tags("crosschannels.write.wait"), $"channel=work role=writer {process}");
    }

    [TestMethod]
    public async Task Links_ListenerComesLate_ItSeesThoseThatWereOpen()
    {
        long before = Links();
        var (here, there) = CrossChannel.CreatePair<int, NoItem>();
        await here.Writer.WriteAsync(1).Done();
        Assert.IsGreaterThanOrEqualTo(2, Links());
        await here.DisposeAsync();
        await there.DisposeAsync();
        await Wait.Until(() => Links() is >= 0 and var now && now <= before);

        static long Links()
        {
            using var meter = new Recorder();
            return meter.Observe("crosschannels.links");
        }
    }

    [TestMethod]
    public async Task Lane_ReaderOfALinkWaits_ItsParkingAndTheDoorbellAreCounted()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Inconclusive("Elsewhere items go over the connection.");
        using var meter = new Recorder();
        ChannelAddress address = ChannelAddress.SharedMemory($"lane-{Guid.NewGuid():N}");
        await using DuplexChannelListener<NoItem, int> listener = await CrossChannel.ListenAsync<NoItem, int>(address).Done();
        await using DuplexChannel<int, NoItem> writing = await CrossChannel.ConnectAsync<int, NoItem>(address).Done();
        await using DuplexChannel<NoItem, int> reading = await listener.AcceptAsync().Done();
        await CountAsync(meter, reading.Reader, writing.Writer, "channel= role=duplex");
    }

    [TestMethod]
    public async Task Lane_ReaderOfAHubWaits_ItsParkingAndTheDoorbellAreCounted()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Inconclusive("Elsewhere items go over the connection.");
        using var meter = new Recorder();
        await using ChannelHub hub = await ChannelHub.StartAsync(ChannelAddress.SharedMemory($"lane-{Guid.NewGuid():N}")).Done();
        SharedChannel<int> work = hub.CreateBounded<int>("work", 1);
        await using CrossChannelReader<int> reader = await CrossChannel.OpenReaderAsync<int>(work.Address).Done();
        await CountAsync(meter, reader, work.Writer, "channel=work role=reader");
    }

    [TestMethod]
    public async Task Lane_WriterOfALinkWaits_ItsParkingAndTheDoorbellAreCounted()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Inconclusive("Elsewhere items go over the connection.");
        using var meter = new Recorder();
        ChannelAddress address = ChannelAddress.SharedMemory($"lane-{Guid.NewGuid():N}");
        await using DuplexChannelListener<NoItem, int> listener = await CrossChannel.ListenAsync(
            address, new DuplexChannelOptions<NoItem, int> { Reading = new BoundedChannelOptions(1) }).Done();
        await using DuplexChannel<int, NoItem> writing = await CrossChannel.ConnectAsync<int, NoItem>(address).Done();
        await using DuplexChannel<NoItem, int> reading = await listener.AcceptAsync().Done();
        await CountAsync(meter, writing.Writer, reading.Reader, "channel= role=duplex");
    }

    [TestMethod]
    public async Task Lane_WriterOfAHubWaits_ItsParkingAndTheDoorbellAreCounted()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Inconclusive("Elsewhere items go over the connection.");
        using var meter = new Recorder();
        await using ChannelHub hub = await ChannelHub.StartAsync(ChannelAddress.SharedMemory($"lane-{Guid.NewGuid():N}")).Done();
        SharedChannel<int> work = hub.CreateBounded<int>("work", 1);
        await using CrossChannelWriter<int> writer = await CrossChannel.OpenWriterAsync<int>(work.Address).Done();
        await CountAsync(meter, writer, work.Reader, "channel=work role=writer");
    }

    [TestMethod]
    public async Task Listener_ThrowsAtEveryMeasurement_LinksLiveOn()
    {
        using var listener = new MeterListener { InstrumentPublished = Enable };
        listener.SetMeasurementEventCallback<long>(static (_, _, _, _) => throw new InvalidOperationException("A faulty exporter."));
        listener.Start();
        var (here, there) = CrossChannel.CreatePair<int, int>(
            secondOptions: new DuplexChannelOptions<int, int> { Reading = new BoundedChannelOptions(1) });
        for (int i = 0; i < 100; i++)
        {
            Task write = here.Writer.WriteAsync(i).AsTask();
            Assert.AreEqual(i, await there.Reader.ReadAsync().Done());
            await write.Done();
        }

        here.Writer.Complete();
        await there.Reader.Completion.Done();
        await here.DisposeAsync();
        await there.DisposeAsync();
    }

    /// <summary>Has a reader wait for an item that comes by its lane.</summary>
    private static async Task CountAsync(Recorder meter, ChannelReader<int> reader, ChannelWriter<int> writer, string tags)
    {
        string all = $"{tags} peer={Environment.ProcessId}";
        Task<int> read = reader.ReadAsync().AsTask();
        await Wait.Until(() => meter.Tags("crosschannels.lane.parkings").Contains(all));
        await writer.WriteAsync(7).Done();
        Assert.AreEqual(7, await read.Done());
        Assert.AreEqual(1, meter.Tags("crosschannels.lane.doorbells").Count(one => string.Equals(one, all, StringComparison.Ordinal)));
        meter.Observe("crosschannels.lanes");
        CollectionAssert.Contains(meter.Tags("crosschannels.lanes"), tags);
    }

    /// <summary>Has a writer wait for room on its lane.</summary>
    private static async Task CountAsync(Recorder meter, ChannelWriter<int> writer, ChannelReader<int> reader, string tags)
    {
        string all = $"{tags} peer={Environment.ProcessId}";
        await writer.WriteAsync(7).Done();
        int parkings = meter.Tags("crosschannels.lane.parkings").Count(one => string.Equals(one, all, StringComparison.Ordinal));
        int doorbells = meter.Tags("crosschannels.lane.doorbells").Count(one => string.Equals(one, all, StringComparison.Ordinal));
        Task second = writer.WriteAsync(8).AsTask();
        await Wait.Until(() => meter.Tags("crosschannels.lane.parkings").Count(one => string.Equals(one, all, StringComparison.Ordinal)) > parkings);
        Assert.AreEqual(7, await reader.ReadAsync().Done());
        await second.Done();
        await Wait.Until(() => meter.Tags("crosschannels.lane.doorbells").Count(one => string.Equals(one, all, StringComparison.Ordinal)) > doorbells);
    }

    private static void Enable(Instrument instrument, MeterListener listener)
    {
        if (instrument.Meter.Name == "CrossChannels")
            listener.EnableMeasurementEvents(instrument);
    }

    private sealed class Recorder : IDisposable
    {
        private readonly MeterListener _listener = new() { InstrumentPublished = Enable };
        private readonly ConcurrentQueue<(string Instrument, long Value, string Tags)> _seen = new();

        public Recorder()
        {
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
                _seen.Enqueue((instrument.Name, value, string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}")))));
            _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) =>
                _seen.Enqueue((instrument.Name, (long)value, string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}")))));
            _listener.Start();
        }

        public long Sum(string instrument) => _seen.Where(one => one.Instrument == instrument).Sum(one => one.Value);

        public string[] Tags(string instrument) => [.. _seen.Where(one => one.Instrument == instrument).Select(one => one.Tags)];

        public long Observe(string instrument)
        {
            _seen.Clear();
            _listener.RecordObservableInstruments();
            return Sum(instrument);
        }

        public void Dispose() => _listener.Dispose();
    }
}
