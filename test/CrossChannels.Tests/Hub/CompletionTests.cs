using System.Diagnostics.Metrics;
using System.Threading.Channels;
using CrossChannels.Protocol;
using CrossChannels.Tests.Faults;

namespace CrossChannels.Tests.Hub;

/// <summary>How a channel of many ends: every reader finishes, without a sentinel, and only when nothing can come any more.</summary>
[TestClass]
public sealed class CompletionTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    private ChannelAddress Address => ChannelAddress.Unix(_directory["hub"]);

    public void Dispose() => _directory.Dispose();

    [TestMethod]
    [DataRow(BoundedChannelFullMode.Wait, true)]
    [DataRow(BoundedChannelFullMode.DropOldest, true)]
    [DataRow(BoundedChannelFullMode.Wait, false)]
    public async Task AnyWriter_AllLeaveWithoutCompleting_TheLogSaysOnceWhyReadersWait(BoundedChannelFullMode mode, bool hasReader)
    {
        var log = new LogList();
        await using SharedChannel<int> owner = await CrossChannel.CreateBoundedAsync<int>(
            Address, new BoundedChannelOptions(4) { FullMode = mode }, hub: new() { Connection = new() { Logger = log } }).Done();
        await using CrossChannelReader<int>? reader = hasReader ? await CrossChannel.OpenReaderAsync<int>(owner.Address).Done() : null;
        for (int i = 0; i < 2; i++)
        {
            await using CrossChannelWriter<int> writer = await CrossChannel.OpenWriterAsync<int>(owner.Address).Done();
            await writer.WriteAsync(i).Done();
            await writer.FlushAsync().Done();
        }
        await Wait.Until(async () => (await CrossChannel.GetChannelStatusAsync(owner.Address).Done()).Writers.Count == 0);
        if (hasReader)
            await Wait.Until(() => log.Count("LeftOpen") > 0);
        Assert.AreEqual(hasReader ? 1 : 0, log.Count("LeftOpen"));
    }

    [TestMethod]
    [DataRow("any", false)]
    [DataRow("any", true)]
    [DataRow("last", false)]
    [DataRow("last", true)]
    [DataRow("owner", false)]
    public async Task Complete_EveryReaderFinishes(string rule, bool isFaulted)
    {
        const int Readers = 5, Writers = 4, Each = 100;
        await using SharedChannel<int> owner = await CreateAsync(rule switch
        {
            "any" => CompletionPolicy.AnyWriter,
            "last" => CompletionPolicy.LastWriter(Writers),
            _ => CompletionPolicy.Owner,
        });
        CrossChannelReader<int>[] readers = await Task.WhenAll(Enumerable.Range(0, Readers).Select(_ => CrossChannel.OpenReaderAsync<int>(owner.Address))).Done();
        await using var writers = new RemoteWriters<int>(await RemoteWriters.OpenAsync<int>(owner.Address, Writers));
        var read = new System.Collections.Concurrent.ConcurrentBag<int>();
        Task[] reading = [.. readers.Append(owner.Reader).Select(reader => Task.Run(() => ReadAsync(reader)))];
        await Task.WhenAll(writers.All.Select(WriteAsync)).Done();
        FormatException? error = isFaulted ? new FormatException("broken") : null;
        if (rule == "owner")
        {
            foreach (CrossChannelWriter<int> writer in writers.All)
                writer.Complete();
            await writers.All[0].JoinAsync().Done();
            Assert.IsTrue(reading.All(task => !task.IsCompleted));
            Assert.IsTrue(owner.Writer.TryComplete(error));
        }
        else if (rule == "any")
        {
            writers.All[1].Complete(error);
        }
        else
        {
            foreach (CrossChannelWriter<int> writer in writers.All[..^1])
                writer.Complete();
            await writers.All[0].JoinAsync().Done();
            Assert.IsTrue(reading.All(task => !task.IsCompleted));
            writers.All[^1].Complete(error);
        }
        if (isFaulted)
        {
            foreach (Task task in reading)
                Assert.AreEqual("broken", (await Assert.ThrowsAsync<RemoteChannelException>(() => task.Done())).RemoteMessage);
        }
        else
        {
            await Task.WhenAll(reading).Done();
        }
        CollectionAssert.AreEqual(Enumerable.Range(0, Writers * Each).ToList(), read.Order().ToList());
        foreach (CrossChannelReader<int> reader in readers)
            await reader.DisposeAsync().Done();

        async Task ReadAsync(CrossChannelReader<int> reader)
        {
            await foreach (int item in reader.ReadAllAsync())
                read.Add(item);
        }

        async Task WriteAsync(CrossChannelWriter<int> writer, int index)
        {
            for (int i = 0; i < Each; i++)
                await writer.WriteAsync((index * Each) + i);
            await writer.FlushAsync();
        }
    }

    /// <summary>What a writer has accepted comes before the end that another has set meanwhile, also where it has not yet been sent.</summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task Complete_AWriterHasAcceptedMore_TheEndComesAfterThat(bool isFaulted)
    {
        await using SharedChannel<long> owner = await CrossChannel.CreateBoundedAsync<long>(Address, 100).Done();
        await using CrossChannelReader<long> reader = await CrossChannel.OpenReaderAsync<long>(owner.Address).Done();
        await using CrossChannelWriter<long> first = await CrossChannel.OpenWriterAsync<long>(owner.Address).Done();
        await using RawPeer other = await HubRaw.OpenWriterAsync<long>(owner.Address);
        await first.WriteAsync(1).Done();
        first.Complete(isFaulted ? new FormatException("broken") : null);
        // The hub has decided, and says so to a writer that still has two items.
        await other.ReadFrameAsync(FrameType.Ended);
        Assert.AreEqual(1, await reader.ReadAsync().Done());
        Task<long> read = reader.ReadAsync().AsTask();
        Assert.IsFalse(owner.Reader.Completion.IsCompleted);
        await other.SendAsync(Wire.Longs(0, 7));
        Assert.AreEqual(7, await read.Done());
        await other.SendAsync(Wire.Longs(1, 8), Wire.Counter(FrameType.SendFinished, 2));
        Assert.AreEqual(8, await reader.ReadAsync().Done());
        if (isFaulted)
            Assert.AreEqual("broken", (await Assert.ThrowsExactlyAsync<RemoteChannelException>(() => reader.Completion.Done())).RemoteMessage);
        else
            await reader.Completion.Done();
    }

    /// <summary>A reader that holds an item it has not read could give it back, so that nobody is done before.</summary>
    [TestMethod]
    public async Task Complete_AReaderHoldsAnUnreadItem_NobodyIsDoneBefore()
    {
        await using SharedChannel<int> owner = await CreateAsync(CompletionPolicy.AnyWriter);
        await using CrossChannelReader<int> holder = await CrossChannel.OpenReaderAsync<int>(owner.Address).Done();
        Task<bool> here = holder.WaitToReadAsync().AsTask();
        Assert.IsTrue(owner.Writer.TryWrite(7));
        Assert.IsTrue(await here.Done());
        owner.Writer.Complete();
        Assert.IsFalse(owner.Reader.Completion.IsCompleted);
        await using CrossChannelReader<int> other = await CrossChannel.OpenReaderAsync<int>(owner.Address).Done();
        Assert.IsFalse(other.Completion.IsCompleted);
        await holder.CloseAsync().Done();
        Assert.AreEqual(7, await other.ReadAsync().Done());
        await Task.WhenAll(other.Completion, owner.Reader.Completion).Done();
    }

    [TestMethod]
    public async Task Open_AfterTheEnd_IsOverAtOnce()
    {
        await using SharedChannel<int> owner = await CreateAsync(CompletionPolicy.AnyWriter);
        owner.Writer.Complete(new FormatException("broken"));
        await using CrossChannelReader<int> reader = await CrossChannel.OpenReaderAsync<int>(owner.Address).Done();
        await using CrossChannelWriter<int> writer = await CrossChannel.OpenWriterAsync<int>(owner.Address).Done();
        Assert.AreEqual("broken", (await Assert.ThrowsExactlyAsync<RemoteChannelException>(() => reader.Completion.Done())).RemoteMessage);
        await Wait.Until(() => writer.Ending is not null);
        Assert.IsFalse(writer.TryWrite(1));
        await Assert.ThrowsExactlyAsync<ChannelClosedException>(() => writer.WriteAsync(1).Done());
    }

    [TestMethod]
    public async Task Complete_WithCancellation_IsACancellationEverywhere()
    {
        await using SharedChannel<int> owner = await CreateAsync(CompletionPolicy.AnyWriter);
        await using CrossChannelReader<int> reader = await CrossChannel.OpenReaderAsync<int>(owner.Address).Done();
        await using CrossChannelWriter<int> writer = await CrossChannel.OpenWriterAsync<int>(owner.Address).Done();
        writer.Complete(new OperationCanceledException());
        foreach (ChannelReader<int> end in (ChannelReader<int>[])[reader, owner.Reader])
        {
            await Assert.ThrowsAsync<OperationCanceledException>(() => end.Completion.Done());
            await Assert.ThrowsAsync<OperationCanceledException>(() => end.ReadAsync().Done());
        }
        await Assert.ThrowsAsync<OperationCanceledException>(() => owner.Writer.WriteAsync(1).Done());
    }

    [TestMethod]
    public async Task LastWriter_LeavesWithoutComplete_ReadersFaultWithItsName()
    {
        await using SharedChannel<int> owner = await CreateAsync(CompletionPolicy.LastWriter(2));
        await using CrossChannelReader<int> reader = await CrossChannel.OpenReaderAsync<int>(owner.Address).Done();
        await using var writers = new RemoteWriters<int>(await RemoteWriters.OpenAsync<int>(owner.Address, 2));
        await writers.All[0].WriteAsync(1).Done();
        Assert.AreEqual(0, await writers.All[0].CloseAsync().Done());
        writers.All[1].Complete();
        Assert.AreEqual(1, await owner.Reader.ReadAsync().Done());
        WritersLostException lost = await Assert.ThrowsExactlyAsync<WritersLostException>(() => owner.Reader.Completion.Done());
        Assert.HasCount(1, lost.Lost);
        StringAssert.Contains(lost.Message, lost.Lost[0]);
        Assert.AreEqual(0, lost.Missing);
        WritersLostException remote = await Assert.ThrowsExactlyAsync<WritersLostException>(() => reader.Completion.Done());
        CollectionAssert.AreEqual(lost.Lost.ToArray(), remote.Lost.ToArray());
        Assert.AreEqual(0, remote.Missing);
    }

    [TestMethod]
    [DataRow(WriterLossPolicy.Fault)]
    [DataRow(WriterLossPolicy.Ignore)]
    public async Task LastWriter_SomeNeverCome_EndsAtTheDeadline(WriterLossPolicy lostWriters)
    {
        var clock = new ManualTimeProvider();
        await using SharedChannel<int> owner = await CreateAsync(
            CompletionPolicy.LastWriter(3, TimeSpan.FromMinutes(1), lostWriters), new() { Connection = new() { TimeProvider = clock } });
        await using CrossChannelWriter<int> writer = await CrossChannel.OpenWriterAsync<int>(owner.Address).Done();
        await writer.WriteAsync(1).Done();
        writer.Complete();
        Assert.AreEqual(1, await owner.Reader.ReadAsync().Done());
        // That its items are read may be heard before that it has completed.
        await Wait.Until(async () => (await CrossChannel.GetChannelStatusAsync(owner.Address).Done()).Writers.Count == 0);
        clock.Advance(TimeSpan.FromSeconds(59));
        Assert.IsFalse(owner.Reader.Completion.IsCompleted);
        // Not TryWrite: what the writer was granted and did not use may still be on its way back.
        await owner.Writer.WriteAsync(2).Done();
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.IsFalse(owner.Writer.TryWrite(3));
        Assert.AreEqual(2, await owner.Reader.ReadAsync().Done());
        if (lostWriters == WriterLossPolicy.Ignore)
            await owner.Reader.Completion.Done();
        else
            Assert.AreEqual(2, (await Assert.ThrowsExactlyAsync<WritersLostException>(() => owner.Reader.Completion.Done())).Missing);
    }

    [TestMethod]
    public async Task Abort_ManyWaitEverywhere_AllWakeWithTheReason()
    {
        await using SharedChannel<int> full = await CrossChannel.CreateBoundedAsync<int>(Address, 1).Done();
        await using var writers = new RemoteWriters<int>(await RemoteWriters.OpenAsync<int>(full.Address, 5));
        Assert.IsTrue(await full.Writer.WaitToWriteAsync().Done());
        await full.Writer.WriteAsync(0).Done();
        Task[] writes = [.. writers.All.Append(full.Writer).Select(writer => RefillAsync(writer))];
        full.Abort("enough");
        foreach (Task write in writes)
            Assert.AreEqual("enough", (await Assert.ThrowsExactlyAsync<ReaderClosedException>(() => write.Done())).Reason);

        await using SharedChannel<int> empty = await CrossChannel.CreateBoundedAsync<int>(ChannelAddress.Unix(_directory["empty"]), 1).Done();
        CrossChannelReader<int>[] readers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => CrossChannel.OpenReaderAsync<int>(empty.Address))).Done();
        Task<bool>[] waits = [.. readers.Append(empty.Reader).Select(reader => reader.WaitToReadAsync().AsTask())];
        await empty.Reader.CloseAsync("closed").Done();
        foreach (Task<bool> wait in waits)
            StringAssert.Contains((await Assert.ThrowsExactlyAsync<LinkAbortedException>(() => wait.Done())).Message, "closed");
        await Task.WhenAll(readers.Select(reader => reader.DisposeAsync().AsTask())).Done();

        static async Task RefillAsync(CrossChannelWriter<int> writer)
        {
            while (await writer.WaitToWriteAsync())
                writer.TryWrite(1);
        }
    }

    [TestMethod]
    public async Task DisposeAsync_RemoteReaderDrains_NothingIsLeft()
    {
        var log = new LogList();
        SharedChannel<int> owner = await CreateAsync(CompletionPolicy.AnyWriter, new() { Connection = new() { Logger = log }, DrainTimeout = Wait.Deadline });
        await using CrossChannelReader<int> reader = await CrossChannel.OpenReaderAsync<int>(owner.Address).Done();
        Assert.AreEqual(100, owner.Writer.TryWriteMany(Enumerable.Range(0, 100).ToArray()));
        Task disposal = owner.DisposeAsync().AsTask();
        Assert.IsFalse(owner.Writer.TryWrite(1));
        Assert.IsFalse(disposal.IsCompleted);
        for (int i = 0; i < 100; i++)
            Assert.AreEqual(i, await reader.ReadAsync().Done());
        var left = await Assert.ThrowsExactlyAsync<OwnerLeftException>(() => reader.Completion.Done());
        Assert.AreEqual(("", 0L), (left.Channel, left.UnreadCount));
        Assert.AreEqual(EndingKind.OwnerLeft, reader.Ending?.Kind);
        await disposal.Done();
        Assert.AreEqual((0, 1), (log.Count("NotDrained"), log.Count("OwnerLeft")));
    }

    [TestMethod]
    public async Task DisposeAsync_NobodyReads_ReportsWhatIsLeft()
    {
        var log = new LogList();
        long counted = 0;
        using var meter = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (string.Equals(instrument.Name, "crosschannels.items.unreceived", StringComparison.Ordinal))
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        meter.SetMeasurementEventCallback<long>((_, value, _, _) => Interlocked.Add(ref counted, value));
        meter.Start();
        SharedChannel<int> owner = await CreateAsync(
            CompletionPolicy.AnyWriter, new() { Connection = new() { Logger = log }, DrainTimeout = TimeSpan.FromMilliseconds(50) });
        await using CrossChannelReader<int> reader = await CrossChannel.OpenReaderAsync<int>(owner.Address).Done();
        Assert.AreEqual(10, owner.Writer.TryWriteMany(Enumerable.Range(0, 10).ToArray()));
        await owner.DisposeAsync().Done();
        Assert.AreEqual(1, log.Count("NotDrained"));
        Assert.IsGreaterThanOrEqualTo(10, Interlocked.Read(ref counted));
        Assert.AreEqual(10, (await Assert.ThrowsExactlyAsync<OwnerLeftException>(() => reader.Completion.Done())).UnreadCount);
    }

    /// <summary>The clock stands still, so that disposal ends only if it waits for nothing that cannot come.</summary>
    [TestMethod]
    public async Task DisposeAsync_OnlyWritersAreThere_WaitsForNobody()
    {
        var log = new LogList();
        SharedChannel<int> owner = await CreateAsync(CompletionPolicy.AnyWriter, Still(log));
        await using CrossChannelWriter<int> writer = await CrossChannel.OpenWriterAsync<int>(owner.Address).Done();
        await writer.WriteAsync(1).Done();
        await writer.FlushAsync().Done();
        await owner.DisposeAsync().Done();
        Assert.AreEqual(1, log.Count("NotDrained"));
        Assert.AreEqual(EndingKind.OwnerLeft, owner.Reader.Ending?.Kind);
        Assert.AreEqual(1, (await Assert.ThrowsExactlyAsync<OwnerLeftException>(() => writer.WaitToWriteAsync().Done())).UnreadCount);
        Assert.AreEqual(EndingKind.OwnerLeft, writer.Ending?.Kind);
    }

    [TestMethod]
    public async Task DisposeAsync_OnlyAnIdleWriterIsThere_WaitsForNobody()
    {
        var log = new LogList();
        SharedChannel<int> owner = await CreateAsync(CompletionPolicy.AnyWriter, Still(log));
        await using CrossChannelWriter<int> writer = await CrossChannel.OpenWriterAsync<int>(owner.Address).Done();
        await owner.DisposeAsync().Done();
        Assert.AreEqual(0, log.Count("NotDrained"));
        await Assert.ThrowsExactlyAsync<OwnerLeftException>(() => owner.Reader.Completion.Done());
        await Assert.ThrowsExactlyAsync<OwnerLeftException>(() => writer.WaitToWriteAsync().Done());
    }

    /// <summary>The writer cannot send what it had accepted, for want of a reader that makes room.</summary>
    [TestMethod]
    public async Task DisposeAsync_OnlyAWriterThatWaitsForBytesIsThere_WaitsForNobody()
    {
        HubOptions still = Still(new LogList());
        SharedChannel<byte[]> owner = await CrossChannel.CreateBoundedAsync<byte[]>(
            Address, 100, hub: new() { Connection = still.Connection, DrainTimeout = still.DrainTimeout, MaxBytes = 1 }).Done();
        await using CrossChannelWriter<byte[]> writer = await CrossChannel.OpenWriterAsync<byte[]>(owner.Address).Done();
        for (int i = 0; i < 50; i++)
            await writer.WriteAsync(new byte[16 << 10]).Done();
        await Wait.Until(() => owner.Reader.Count > 0);
        Task flush = writer.FlushAsync().AsTask();
        await owner.DisposeAsync().Done();
        await Assert.ThrowsExactlyAsync<ReaderClosedException>(() => flush.Done());
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task DisposeAsync_TheLastReaderLeavesMeanwhile_WaitsNoLonger(bool isWriterThere)
    {
        var log = new LogList();
        SharedChannel<int> owner = await CreateAsync(CompletionPolicy.AnyWriter, Still(log));
        await using CrossChannelWriter<int>? writer = isWriterThere ? await CrossChannel.OpenWriterAsync<int>(owner.Address).Done() : null;
        CrossChannelReader<int> reader = await CrossChannel.OpenReaderAsync<int>(owner.Address).Done();
        Assert.AreEqual(10, owner.Writer.TryWriteMany(Enumerable.Range(0, 10).ToArray()));
        Assert.AreEqual(0, await reader.ReadAsync().Done());
        Task disposal = owner.DisposeAsync().AsTask();
        Assert.IsFalse(disposal.IsCompleted);
        await reader.DisposeAsync().Done();
        await disposal.Done();
        Assert.AreEqual(1, log.Count("NotDrained"));
    }

    private static HubOptions Still(LogList log) =>
        new() { Connection = new() { Logger = log, TimeProvider = new ManualTimeProvider() }, DrainTimeout = TimeSpan.FromMinutes(1) };

    private Task<SharedChannel<int>> CreateAsync(CompletionPolicy completion, HubOptions? hub = null) =>
        CrossChannel.CreateBoundedAsync<int>(Address, 100, new() { Completion = completion }, hub: hub).Done();
}
