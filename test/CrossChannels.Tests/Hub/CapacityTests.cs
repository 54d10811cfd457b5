namespace CrossChannels.Tests.Hub;

/// <summary>The capacity is exact over all writers, and none of them starves.</summary>
[TestClass]
public sealed class CapacityTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    private ChannelAddress Address => ChannelAddress.Unix(_directory["hub"]);

    public void Dispose() => _directory.Dispose();

    /// <summary>Nobody reads, and everybody tries: as many writes as there is room for succeed, and no more, whoever makes them.</summary>
    [TestMethod]
    [DataRow(1, 1)]
    [DataRow(1, 50)]
    [DataRow(2, 3)]
    [DataRow(7, 50)]
    [DataRow(64, 5)]
    public async Task WriteAsync_NobodyReads_AsManyAsTheCapacitySucceed(int capacity, int writers)
    {
        await using SharedChannel<int> owner = await CrossChannel.CreateBoundedAsync<int>(Address, capacity).Done();
        await using var remote = new RemoteWriters<int>(await RemoteWriters.OpenAsync<int>(owner.Address, writers));
        using var stop = new CancellationTokenSource();
        int accepted = 0;
        Task[] writing = [.. remote.All.Append(owner.Writer).Select(writer => Task.Run(() => WriteUntilStoppedAsync(writer)))];
        await Wait.Until(() => Volatile.Read(ref accepted) >= capacity);
        await stop.CancelAsync();
        await Task.WhenAll(writing).Done();
        Assert.AreEqual(capacity, accepted);
        foreach (CrossChannelWriter<int> writer in remote.All)
            await writer.FlushAsync().Done();
        Assert.AreEqual(capacity, owner.Reader.Count);
        owner.Abort();

        async Task WriteUntilStoppedAsync(CrossChannelWriter<int> writer)
        {
            try
            {
                while (true)
                {
                    await writer.WriteAsync(1, stop.Token);
                    Interlocked.Increment(ref accepted);
                }
            }
            catch (OperationCanceledException)
            {
                // Nothing of this one is written.
            }
        }
    }

    /// <summary>Accepted is counted after, read before: were there ever more in the channel than fit, the difference would show it.</summary>
    [TestMethod]
    [DataRow(1, 2)]
    [DataRow(2, 10)]
    [DataRow(7, 50)]
    public async Task WriteAsync_WhileTheOwnerReads_NeverMoreThanTheCapacityIsUnread(int capacity, int writers)
    {
        const int Each = 40;
        await using SharedChannel<int> owner = await CrossChannel.CreateBoundedAsync<int>(Address, capacity).Done();
        await using var remote = new RemoteWriters<int>(await RemoteWriters.OpenAsync<int>(owner.Address, writers));
        int accepted = 0, most = 0, total = (writers + 1) * Each;
        Task[] writing = [.. remote.All.Append(owner.Writer).Select(writer => Task.Run(() => WriteAsync(writer)))];
        for (int started = 1; started <= total; started++)
        {
            // The next read is counted before it can make room.
            most = Math.Max(most, Volatile.Read(ref accepted) - (started - 1));
            await owner.Reader.ReadAsync().Done($"item {started} of {total}");
        }
        await Task.WhenAll(writing).Done();
        Assert.AreEqual(total, accepted);
        Assert.IsInRange(0, capacity, most);

        async Task WriteAsync(CrossChannelWriter<int> writer)
        {
            for (int i = 0; i < Each; i++)
            {
                await writer.WriteAsync(i);
                Interlocked.Increment(ref accepted);
            }
        }
    }

    [TestMethod]
    [DataRow(7, true)]
    [DataRow(7, false)]
    public async Task Polling_OneWriterOrReaderPollsAmongMany_MakesProgress(int capacity, bool isOwnerReading)
    {
        const int Total = 60;
        await using SharedChannel<int> owner = await CrossChannel.CreateBoundedAsync<int>(Address, capacity).Done();
        await using var remote = new RemoteWriters<int>(await RemoteWriters.OpenAsync<int>(owner.Address, 4));
        using var stop = new CancellationTokenSource();
        // Others write without end, and this one only looks whether there is room.
        Task[] others = [.. remote.All.Skip(1).Append(owner.Writer).Select(writer => Task.Run(() => RemoteWriters.WriteUntilStoppedAsync(writer, 0, stop.Token)))];
        CrossChannelReader<int> reader = isOwnerReading ? owner.Reader : await CrossChannel.OpenReaderAsync<int>(owner.Address).Done();
        int written = 0, read = 0;
        await Wait.Until(() =>
        {
            if (written < Total && remote.All[0].TryWrite(1))
                written++;
            if (reader.TryRead(out int item))
                read += item;
            return read == Total;
        });
        await stop.CancelAsync();
        owner.Abort();
        await reader.DisposeAsync().Done();
        await Task.WhenAll(others).Done();
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(7)]
    public async Task OwnerPollsTryWrite_AmongRemoteWriters_MakesProgress(int capacity)
    {
        await using SharedChannel<int> owner = await CrossChannel.CreateBoundedAsync<int>(Address, capacity).Done();
        await using var remote = new RemoteWriters<int>(await RemoteWriters.OpenAsync<int>(owner.Address, 3));
        using var stop = new CancellationTokenSource();
        Task[] others = [.. remote.All.Select(writer => Task.Run(() => RemoteWriters.WriteUntilStoppedAsync(writer, 0, stop.Token)))];
        int written = 0;
        await Wait.Until(() =>
        {
            if (owner.Writer.TryWrite(1))
                written++;
            owner.Reader.TryRead(out _);
            return written == 60;
        });
        await stop.CancelAsync();
        owner.Abort();
        await Task.WhenAll(others).Done();
    }

    /// <summary>Writers that were given a share and do nothing give it back to the one that wants it.</summary>
    [TestMethod]
    [DataRow(8, 3)]
    [DataRow(50, 49)]
    public async Task IdleWriters_HoldCredit_GiveItToTheOneThatWrites(int capacity, int idle)
    {
        await using SharedChannel<int> owner = await CrossChannel.CreateBoundedAsync<int>(Address, capacity).Done();
        await using var remote = new RemoteWriters<int>(await RemoteWriters.OpenAsync<int>(owner.Address, idle + 1));
        foreach (CrossChannelWriter<int> writer in remote.All)
            await writer.WriteAsync(0).Done();
        for (int i = 0; i <= idle && i < capacity; i++)
            await owner.Reader.ReadAsync().Done();
        while (owner.Reader.TryRead(out _))
        {
        }
        for (int i = 0; i < capacity; i++)
            await remote.All[0].WriteAsync(i).Done($"item {i} of {capacity}");
        await remote.All[0].FlushAsync().Done();
        Assert.AreEqual(capacity, owner.Reader.Count);
        Assert.IsFalse(remote.All[0].TryWrite(-1));
        Assert.IsFalse(owner.Writer.TryWrite(-1));
    }

    [TestMethod]
    [DataRow(4)]
    [DataRow(1)]
    public async Task IdleWriters_HoldCredit_GiveItToTheOwner(int capacity)
    {
        await using SharedChannel<int> owner = await CrossChannel.CreateBoundedAsync<int>(Address, capacity).Done();
        await using var remote = new RemoteWriters<int>(await RemoteWriters.OpenAsync<int>(owner.Address, 6));
        for (int i = 0; i < capacity; i++)
            await owner.Writer.WriteAsync(i).Done($"item {i} of {capacity}");
        Assert.AreEqual(capacity, owner.Reader.Count);
        Task blocked = owner.Writer.WriteAsync(capacity).AsTask();
        Assert.IsFalse(blocked.IsCompleted);
        Assert.IsTrue(owner.Reader.TryRead(out int first));
        Assert.AreEqual(0, first);
        await blocked.Done();
    }

    /// <summary>A canceled wait takes no slot from the one behind it.</summary>
    [TestMethod]
    public async Task CanceledWait_IsWithdrawn_AndTheNextIsServed()
    {
        await using SharedChannel<int> owner = await CrossChannel.CreateBoundedAsync<int>(Address, 1).Done();
        await using var remote = new RemoteWriters<int>(await RemoteWriters.OpenAsync<int>(owner.Address, 2));
        await owner.Writer.WriteAsync(0).Done();
        for (int round = 0; round < 30; round++)
        {
            using var source = new CancellationTokenSource();
            Task canceled = remote.All[0].WriteAsync(-1, source.Token).AsTask();
            Task<bool> canceledToo = owner.Writer.WaitToWriteAsync(source.Token).AsTask();
            Task next = remote.All[1].WriteAsync(round + 1).AsTask();
            await source.CancelAsync();
            await Assert.ThrowsAsync<OperationCanceledException>(() => canceled.Done());
            await Assert.ThrowsAsync<OperationCanceledException>(() => canceledToo.Done());
            Assert.AreEqual(round, await owner.Reader.ReadAsync().Done());
            await next.Done($"round {round}");
        }
        Assert.AreEqual(30, await owner.Reader.ReadAsync().Done());
        Assert.IsFalse(owner.Reader.TryRead(out _));
    }

    /// <summary>Items that come back are over the capacity, and until there are less of them nobody may write.</summary>
    [TestMethod]
    public async Task Redelivery_ExceedsTheCapacity_NoCreditUntilBelow()
    {
        await using LeasedChannel<int> owner = await CrossChannel.CreateLeasedAsync<int>(Address, 3).Done();
        await using CrossChannelWriter<int> writer = await CrossChannel.OpenWriterAsync<int>(owner.Address).Done();
        List<Lease<int>> leases = [];
        for (int i = 0; i < 3; i++)
        {
            await writer.WriteAsync(i).Done();
            leases.Add(await owner.Reader.ReadAsync().Done());
        }
        for (int i = 3; i < 6; i++)
            await writer.WriteAsync(i).Done();
        await writer.FlushAsync().Done();
        foreach (Lease<int> lease in leases)
            lease.Abandon();
        Assert.AreEqual(6, owner.Reader.Count);
        Task write = writer.WriteAsync(6).AsTask();
        Task ownWrite = owner.Writer.WriteAsync(7).AsTask();
        for (int i = 0; i < 3; i++)
        {
            Assert.AreEqual(i, (await owner.Reader.ReadAsync().Done()).Item);
            Assert.IsFalse(owner.Writer.TryWrite(-1));
            Assert.IsFalse(write.IsCompleted || ownWrite.IsCompleted);
        }
        for (int i = 3; i < 6; i++)
            Assert.AreEqual(i, (await owner.Reader.ReadAsync().Done()).Item);
        await Task.WhenAll(write, ownWrite).Done();
        owner.Abort();
    }
}
