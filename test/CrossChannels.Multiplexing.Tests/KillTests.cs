using System.Threading.Channels;
using Nerdbank.Streams;

namespace CrossChannels.Multiplexing.Tests;

/// <summary>Real processes that are killed in the middle of what they do, with many channels on one connection.</summary>
[TestClass]
public sealed class KillTests : IDisposable
{
    private const int Channels = 4;
    private const int BlobBytes = 1 << 20;

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [TestMethod]
    public async Task WritingProcess_KilledInTheMiddleOfItems_EachChannelHasWholeItemsAndIsLost()
    {
        ChannelAddress address = NewAddress();
        Task<MultiplexingStream> accepting = ChannelMultiplexer.AcceptAsync(address);
        await using ChildProcess child = ChildProcess.Start("multiplex-blobs", $"{address}", $"{Channels}");
        await using MultiplexingStream multiplexer = await accepting.Done("the writing process to connect");
        CrossChannelReader<byte[]>[] readers = await Task.WhenAll(Enumerable.Range(0, Channels).Select(i => multiplexer.AcceptReaderAsync<byte[]>($"blobs {i}", new BoundedChannelOptions(4)))).Done();
        int[] read = new int[Channels];
        for (int i = 0; i < Channels; i++)
            await ReadAsync(i);
        await child.KillAsync();
        for (int i = 0; i < Channels; i++)
        {
            while (await HasMoreAsync(readers[i]))
                await ReadAsync(i);
            await readers[i].Completion.Fails<ConnectionLostException>();
            Assert.AreEqual(EndingKind.ConnectionLost, readers[i].Ending!.Kind);
            await readers[i].DisposeAsync().Done();
        }

        async Task ReadAsync(int channel)
        {
            byte[] item = await readers[channel].ReadAsync().Done();
            Assert.HasCount(BlobBytes, item);
            Assert.IsFalse(item.AsSpan().ContainsAnyExcept((byte)read[channel]++), "an item is whole");
        }
    }

    [TestMethod]
    public async Task ReadingProcess_Killed_EveryWaitOfEveryChannelEnds()
    {
        ChannelAddress address = NewAddress();
        Task<MultiplexingStream> accepting = ChannelMultiplexer.AcceptAsync(address);
        await using ChildProcess child = ChildProcess.Start("multiplex-wait", $"{address}", $"{Channels}");
        await using MultiplexingStream multiplexer = await accepting.Done("the reading process to connect");
        CrossChannelWriter<byte[]>[] writers = await Task.WhenAll(Enumerable.Range(0, Channels).Select(i => multiplexer.OfferWriterAsync<byte[]>($"blobs {i}"))).Done();
        Assert.AreEqual("ready", await child.ReadLineAsync());
        foreach (CrossChannelWriter<byte[]> writer in writers)
        {
            await writer.WriteAsync(new byte[1000]).Done();
            await writer.WriteAsync(new byte[1000]).Done();
            Assert.IsFalse(writer.TryWrite([]), "the reader has a capacity of 2");
        }
        Task[] waits = [.. writers.SelectMany(static writer => new[] { FillAsync(writer), writer.JoinAsync().AsTask() })];
        await child.KillAsync();
        foreach (CrossChannelWriter<byte[]> writer in writers)
        {
            await Wait.Until(() => writer.Ending is not null, "the writer to end");
            Assert.AreEqual(EndingKind.ConnectionLost, writer.Ending!.Kind);
            await writer.DisposeAsync().Done();
        }
        foreach (Task wait in waits)
        {
            Exception ended = await wait.Fails<IOException>();
            Assert.IsInstanceOfType<ConnectionLostException>(ended);
        }
    }

    [TestMethod]
    public async Task Pipes_OfAChild_CarryAChannelAndEndInOrder()
    {
        await using ChildProcess child = ChildProcess.Start("multiplex-pipes");
        await using MultiplexingStream multiplexer = await ChannelMultiplexer.CreateAsync(child.Output, child.Input).Done();
        DuplexChannel<int, int> echo = await multiplexer.OfferAsync<int, int>("echo", new() { Connection = new() { ConnectTimeout = TimeSpan.FromSeconds(30) } }).Done();
        Task<List<int>> reading = ChannelCore.ReadAllAsync(echo.Reader);
        for (int i = 0; i < 1000; i++)
            await echo.Writer.WriteAsync(i).Done();
        echo.Writer.Complete();
        CollectionAssert.AreEqual(Enumerable.Range(0, 1000).ToList(), await reading.Done());
        await echo.DisposeAsync().Done();
        Assert.AreEqual(0, await child.WaitForExitAsync());
    }

    [TestMethod]
    public async Task ClientOfAHub_Killed_ItsLeaseGoesBackAndItsLockIsAbandoned()
    {
        await using ChannelHub hub = await ChannelHub.StartAsync(NewAddress(), new HubOptions { Protocols = [new MultiplexedHubProtocol()] }).Done();
        SharedChannel<int> numbers = hub.CreateBounded<int>("numbers", 10);
        LeasedChannel<string> work = hub.CreateLeased<string>("work", 10);
        CrossLock gate = hub.CreateLock("gate");
        await work.Writer.WriteAsync("a").Done();
        await using ChildProcess child = ChildProcess.Start("multiplex-use-hub", $"{hub.Address}");
        Assert.AreEqual("a 1 1", await child.ReadLineAsync());
        Task<LockHold> waiting = gate.AcquireAsync().AsTask();
        await child.KillAsync();
        await using (LockHold hold = await waiting.Done("the lock of a process that was killed"))
            Assert.IsTrue(hold.WasAbandoned);
        Lease<string> lease = await work.Reader.ReadAsync().Done("the lease of a process that was killed");
        Assert.AreEqual(("a", 2), (lease.Item, lease.DeliveryCount));
        await lease.CompleteAsync().Done();
        for (int i = 0; i < 3; i++)
            Assert.AreEqual(i, await numbers.Reader.ReadAsync().Done(), "what the hub had received stays");
    }

    [TestMethod]
    public async Task Hub_Killed_EveryEndOfTheConnectionIsLost()
    {
        ChannelAddress address = NewAddress();
        await using ChildProcess child = ChildProcess.Start("multiplex-own-hub", $"{address}");
        Assert.AreEqual("ready", await child.ReadLineAsync());
        await using ChannelHubClient client = await ChannelHubClient.ConnectAsync(address).Done();
        CrossChannelReader<int> reader = await client.OpenReaderAsync<int>("numbers").Done();
        CrossChannelWriter<string> writer = await client.OpenWriterAsync<string>("work").Done();
        LeasedReader<string> work = await client.OpenLeasedReaderAsync<string>("work").Done();
        CrossLock gate = await client.OpenLockAsync("gate").Done();
        await writer.WriteAsync("a").Done();
        Lease<string> lease = await work.ReadAsync().Done();
        LockHold hold = await gate.AcquireAsync().Done();
        Assert.AreEqual(1, await reader.ReadAsync().Done());
        await child.KillAsync();
        await reader.Completion.Fails<ConnectionLostException>();
        await work.Completion.Fails<ConnectionLostException>();
        await Wait.Until(() => writer.Ending is { Kind: EndingKind.ConnectionLost }, "the writer to be lost");
        await Wait.Until(() => hold.Lost.IsCancellationRequested, "the lock to be lost");
        await Assert.ThrowsExactlyAsync<ChannelClosedException>(() => lease.CompleteAsync().AsTask());
        await client.OpenReaderAsync<int>("numbers").Fails<ConnectionLostException>();
        await Task.WhenAll(reader.DisposeAsync().AsTask(), writer.DisposeAsync().AsTask(), work.DisposeAsync().AsTask(), gate.DisposeAsync().AsTask()).Done();
    }

    private static async Task<bool> HasMoreAsync(CrossChannelReader<byte[]> reader)
    {
        try
        {
            return await reader.WaitToReadAsync().Done("an item, or the end");
        }
        catch (ConnectionLostException)
        {
            return false;
        }
    }

    private static async Task FillAsync(CrossChannelWriter<byte[]> writer)
    {
        try
        {
            while (true)
                await writer.WriteAsync(new byte[1000]);
        }
        catch (ChannelClosedException e) when (e.InnerException is not null)
        {
            throw e.InnerException;
        }
    }

    private ChannelAddress NewAddress() => ChannelAddress.Unix(_directory[$"{Guid.NewGuid():N}"]);
}
