using System.Buffers.Binary;

namespace CrossChannels.Nats.Tests;

/// <summary>What a server that is killed, started again, stopped, or gone means for ends that live.</summary>
[TestClass]
public sealed class ServerFaultTests
{
    private static NatsOptions Options => new() { LeaseTimeout = TimeSpan.FromSeconds(1), PresenceTimeout = TimeSpan.FromSeconds(2) };

    [TestMethod]
    public async Task Restarted_UnderLoad_NothingIsLost_AndDoublesAreMarked()
    {
        const int Total = 600;
        await using NatsServer server = await NatsServer.StartAsync();
        await using NatsChannels nats = await NatsChannels.ConnectAsync(server.Url, Options).Done();
        await using LeasedChannel<int> owner = await nats.CreateLeasedAsync<int>("load", 50, new LeaseOptions { CapacityRelease = CapacityRelease.Settled }).Done();
        Task writing = Task.Run(async () =>
        {
            for (int i = 0; i < Total; i++)
                await owner.Writer.WriteAsync(i);
            owner.Writer.Complete();
        });
        List<(int Item, int Deliveries)> read = [];
        await foreach (Lease<int> lease in owner.Reader.ReadAllAsync())
        {
            read.Add((lease.Item, lease.DeliveryCount));
            lease.Complete();
            if (lease.Item == Total / 3 && read.Count == (Total / 3) + 1)
                await server.RestartAsync();
        }
        await writing.Done();
        // The first copy of each, in order; and every other says that it may be one.
        CollectionAssert.AreEqual(Enumerable.Range(0, Total).ToList(), read.DistinctBy(static item => item.Item).Select(static item => item.Item).ToList());
        foreach (IGrouping<int, (int Item, int Deliveries)> copies in read.GroupBy(static item => item.Item))
            Assert.IsTrue(copies.Skip(1).All(static copy => copy.Deliveries > 1), $"Item {copies.Key} came {copies.Count()} times, and not each one after the first says so.");
    }

    /// <summary>A server that was killed counts its deliveries from less than it had come to: what is on its way when the connection breaks later is waited for all the same.</summary>
    [TestMethod]
    public async Task Restarted_ThenCutWithAnItemOnItsWay_TheOrderHolds()
    {
        const int Before = 300;
        await using NatsServer server = await NatsServer.StartAsync();
        await using var proxy = new ServerProxy(server);
        await using NatsChannels near = await NatsChannels.ConnectAsync(server.Url, Options).Done();
        await using NatsChannels far = await NatsChannels.ConnectAsync(proxy.Url, Options).Done();
        await using SharedChannel<int> owner = await near.CreateBoundedAsync<int>("again", 10).Done();
        await using CrossChannelReader<int> reader = await far.OpenReaderAsync<int>("again").Done();
        Task writing = Task.Run(async () =>
        {
            for (int i = 0; i < Before; i++)
                await owner.Writer.WriteAsync(i);
        });
        for (int i = 0; i < Before; i++)
            Assert.AreEqual(i, await reader.ReadAsync().Done());
        await writing.Done();
        Task<int> next = reader.ReadAsync().AsTask();
        await server.RestartAsync();
        await owner.Writer.WriteAsync(Before).Done();
        Assert.AreEqual(Before, await next.Done());
        next = reader.ReadAsync().AsTask();
        for (int i = proxy.Count - 1; i >= 0; i--)
            proxy[i].FromServer.Hold();
        await owner.Writer.WriteAsync(Before + 1).Done();
        await Wait.Until(() => Enumerable.Range(0, proxy.Count).Any(i => proxy[i].FromServer.OnTheWay > 0), "the item to be on its way");
        for (int i = proxy.Count - 1; i >= 0; i--)
            proxy[i].Cut();
        await owner.Writer.WriteAsync(Before + 2).Done();
        Assert.AreEqual(Before + 1, await next.Done());
        Assert.AreEqual(Before + 2, await reader.ReadAsync().Done());
    }

    /// <summary>A server that was killed forgets the deliveries of its last moment, and hears nothing of what settles them until it has delivered them again; nobody asks for items meanwhile.</summary>
    [TestMethod]
    public async Task Restarted_WithoutTheDelivery_ALeaseIsSettled()
    {
        await using NatsServer server = await NatsServer.StartAsync();
        await using NatsChannels nats = await NatsChannels.ConnectAsync(server.Url, Options).Done();
        await using LeasedChannel<int> owner = await nats.CreateLeasedAsync<int>("forgot", 10, new LeaseOptions { CapacityRelease = CapacityRelease.Settled }).Done();
        await owner.Writer.WriteAsync(1).Done();
        Lease<int> lease = await owner.Reader.ReadAsync().Done();
        await server.KillAsync();
        foreach (string state in Directory.GetFiles(server["store"], "o.dat", SearchOption.AllDirectories))
            File.Delete(state);
        await server.RestartAsync();
        await lease.CompleteAsync().Done();
        await owner.Writer.JoinAsync().Done();
    }

    [TestMethod]
    public async Task Restarted_WhatWasFlushedIsThere_AndLocksAreHeld()
    {
        await using NatsServer server = await NatsServer.StartAsync();
        await using NatsChannels nats = await NatsChannels.ConnectAsync(server.Url, Options with { PresenceTimeout = TimeSpan.FromSeconds(30) }).Done();
        await using SharedChannel<string> owner = await nats.CreateBoundedAsync<string>("kept", 10).Done();
        await using CrossLock gate = await nats.OpenLockAsync("kept").Done();
        LockHold hold = await gate.AcquireAsync().Done();
        await owner.Writer.WriteAsync("before").Done();
        await owner.Writer.FlushAsync().Done();
        await server.RestartAsync().Done();
        await owner.Writer.WriteAsync("after").Done();
        Assert.AreEqual("before", await owner.Reader.ReadAsync().Done());
        Assert.AreEqual("after", await owner.Reader.ReadAsync().Done());
        Assert.IsFalse(hold.Lost.IsCancellationRequested);
        await hold.ReleaseAsync().Done();
        await using LockHold next = await gate.AcquireAsync().Done();
        Assert.IsGreaterThan(hold.FencingToken, next.FencingToken);
    }

    [TestMethod]
    public async Task StoodStill_EndsWaitAndGoOn()
    {
        await using NatsServer server = await NatsServer.StartAsync();
        await using NatsChannels nats = await NatsChannels.ConnectAsync(server.Url, Options).Done();
        await using SharedChannel<int> owner = await nats.CreateBoundedAsync<int>("still", 10).Done();
        await owner.Writer.WriteAsync(1).Done();
        await owner.Writer.FlushAsync().Done();
        await server.StopAsync().Done();
        Task flush;
        try
        {
            await owner.Writer.WriteAsync(2).Done();
            flush = owner.Writer.FlushAsync().AsTask();
            Assert.IsFalse(flush.IsCompleted);
        }
        finally
        {
            server.Continue();
        }
        await flush.Done();
        Assert.AreEqual(1, await owner.Reader.ReadAsync().Done());
        Assert.AreEqual(2, await owner.Reader.ReadAsync().Done());
    }

    [TestMethod]
    public async Task Gone_EndsFailAfterGiveUpAfter_AndSayHowManyWereNotStored()
    {
        await using NatsServer server = await NatsServer.StartAsync();
        await using NatsChannels nats = await NatsChannels.ConnectAsync(server.Url, Options with { GiveUpAfter = TimeSpan.FromMilliseconds(300) }).Done();
        await using SharedChannel<int> owner = await nats.CreateBoundedAsync<int>("gone", 10).Done();
        await using CrossLock gate = await nats.OpenLockAsync("gone").Done();
        LockHold hold = await gate.AcquireAsync().Done();
        await owner.Writer.WriteAsync(1).Done();
        await owner.Writer.FlushAsync().Done();
        Task<bool> reading = owner.Reader.Completion.ContinueWith(static _ => true, TaskScheduler.Default);
        await server.KillAsync().Done();
        await owner.Writer.WriteAsync(2).Done();
        ConnectionLostException error = await owner.Writer.FlushAsync().Fails<ConnectionLostException>();
        Assert.AreEqual(1, error.UnreceivedCount);
        await reading.Done();
        Assert.AreEqual(EndingKind.ConnectionLost, owner.Writer.Ending?.Kind);
        await Wait.Until(() => hold.Lost.IsCancellationRequested, "the hold to be lost");
    }

    /// <summary>A server that could not write an item takes no more of its channel until it is started again, whatever room there is then.</summary>
    [TestMethod]
    public async Task DiskIsFull_WritersWaitUntilTheServerIsStartedAgainWithRoom_ReadersGoOn_AndNothingIsLost()
    {
        const int Total = 400, Size = 64 * 1024, ReadBefore = 10;
        using SmallDisk disk = SmallDisk.Mount(20);
        await using NatsServer server = await NatsServer.StartAsync(store: disk.Path);
        await using NatsChannels nats = await NatsChannels.ConnectAsync(server.Url, Options with { MaxUnconfirmed = 8 }).Done();
        await using LeasedChannel<byte[]> owner = await nats.CreateLeasedAsync<byte[]>("disk", Total, new LeaseOptions { CapacityRelease = CapacityRelease.Settled }).Done();
        int flushed = 0;
        Task writing = Task.Run(async () =>
        {
            for (int i = 0; i < Total; i++)
            {
                byte[] item = new byte[Size];
                BinaryPrimitives.WriteInt32LittleEndian(item, i);
                await owner.Writer.WriteAsync(item);
                await owner.Writer.FlushAsync();
                Volatile.Write(ref flushed, i + 1);
            }
            owner.Writer.Complete();
        });
        await Wait.Until(() => writing.IsCompleted || server.Log().Contains("no space left on device", StringComparison.Ordinal), "the disk to be full");
        Assert.IsFalse(writing.IsCompleted, $"{flushed} items, and the disk is not full.");
        int before = Volatile.Read(ref flushed);
        List<(int Item, int Deliveries)> read = [];
        while (await owner.Reader.WaitToReadAsync().Done($"more than {read.Count} items"))
        {
            while (owner.Reader.TryRead(out Lease<byte[]>? lease))
            {
                read.Add((BinaryPrimitives.ReadInt32LittleEndian(lease.Item), lease.DeliveryCount));
                lease.Complete();
                if (read.Count != ReadBefore)
                    continue;
                disk.Grow(64);
                await server.RestartAsync();
            }
        }
        await writing.Done();
        Assert.IsGreaterThan(Total / 2, before);
        CollectionAssert.AreEqual(Enumerable.Range(0, Total).ToList(), read.DistinctBy(static item => item.Item).Select(static item => item.Item).ToList());
        foreach (IGrouping<int, (int Item, int Deliveries)> copies in read.GroupBy(static item => item.Item))
            Assert.IsTrue(copies.Skip(1).All(static copy => copy.Deliveries > 1), $"Item {copies.Key} came {copies.Count()} times, and not each one after the first says so.");
    }

    [TestMethod]
    public async Task DiskIsFull_WritersFailAfterGiveUpAfter_AndWhatWasFlushedIsKept()
    {
        const int Total = 400, Size = 64 * 1024;
        using SmallDisk disk = SmallDisk.Mount(20);
        await using NatsServer server = await NatsServer.StartAsync(store: disk.Path);
        int flushed = 0;
        await using (NatsChannels nats = await NatsChannels.ConnectAsync(server.Url, Options with { MaxUnconfirmed = 8, GiveUpAfter = TimeSpan.FromSeconds(1) }).Done())
        {
            await using SharedChannel<byte[]> owner = await nats.CreateBoundedAsync<byte[]>("disk", Total).Done();
            ConnectionLostException error = await WriteAsync(owner.Writer).Fails<ConnectionLostException>();
            Assert.AreEqual(1, error.UnreceivedCount);
            Assert.AreEqual(EndingKind.ConnectionLost, owner.Writer.Ending?.Kind);
        }
        disk.Grow(64);
        await server.RestartAsync();
        await using NatsChannels again = await NatsChannels.ConnectAsync(server.Url, Options).Done();
        await using CrossChannelReader<byte[]> reader = await again.OpenReaderAsync<byte[]>("disk").Done();
        for (int i = 0; i < flushed; i++)
            Assert.AreEqual(i, BinaryPrimitives.ReadInt32LittleEndian(await reader.ReadAsync().Done()));

        async Task WriteAsync(CrossChannelWriter<byte[]> writer)
        {
            for (; flushed < Total; flushed++)
            {
                byte[] item = new byte[Size];
                BinaryPrimitives.WriteInt32LittleEndian(item, flushed);
                await writer.WriteAsync(item);
                await writer.FlushAsync();
            }
        }
    }
}
