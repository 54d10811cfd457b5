using CrossChannels.Protocol;
using CrossChannels.Tests.Faults;

namespace CrossChannels.Tests.Hub.Faults;

/// <summary>Remote readers that do not take what is there for them.</summary>
[TestClass]
public sealed class HubBackpressureTests
{
    [TestMethod]
    public async Task Reader_NeverGrants_WritersWaitCancelableAndOthersGoOn()
    {
        const int Capacity = 4;
        await using RawHub raw = await RawHub.StartAsync();
        SharedChannel<long> channel = raw.Hub.CreateBounded<long>("longs", Capacity);
        await using RawPeer silent = await raw.ConnectReaderAsync<long>("longs", 0);
        await using CrossChannelWriter<long> writer = await CrossChannel.OpenWriterAsync<long>(raw.Address("longs")).Done();
        for (long number = 0; number < Capacity; number++)
            await writer.WriteAsync(number).Done();
        using var source = new CancellationTokenSource();
        Task[] writes = [.. Enumerable.Range(0, 50).Select(_ => writer.WriteAsync(1000, source.Token).AsTask()), channel.Writer.WriteAsync(1001, source.Token).AsTask()];
        Task<bool> wait = writer.WaitToWriteAsync(source.Token).AsTask();
        Assert.IsFalse(writes.Any(static write => write.IsCompleted) || wait.IsCompleted);
        await source.CancelAsync();
        foreach (Task write in writes)
            await write.Fails<OperationCanceledException>("a canceled write waits");
        await wait.Fails<OperationCanceledException>("a canceled wait waits");

        await using CrossChannelReader<long> reader = await CrossChannel.OpenReaderAsync<long>(raw.Address("longs")).Done();
        for (long number = 0; number < 100; number++)
        {
            Assert.AreEqual(number, await reader.ReadAsync().Done());
            await writer.WriteAsync(number + Capacity).Done();
        }
    }

    [TestMethod]
    public async Task Reader_NeverReadsItsSocket_MemoryIsBoundedThenOthersGetItsItems()
    {
        const int MaxUnread = 1 << 20;
        const int ItemBytes = 10_000;
        await using RawHub raw = await RawHub.StartAsync(revokeTimeout: TimeSpan.FromMilliseconds(500));
        raw.Hub.CreateUnbounded<byte[]>("bytes", new SharedChannelOptions { MaxQueuedBytes = MaxUnread });
        await using RawPeer stuck = await raw.ConnectReaderAsync<byte[]>("bytes", 1_000_000);
        await using CrossChannelWriter<byte[]> writer = await CrossChannel.OpenWriterAsync<byte[]>(
            raw.Address("bytes"), connection: new() { MaxUnsentBytes = MaxUnread }).Done();
        using var source = new CancellationTokenSource();
        long accepted = 0;
        Task writing = Task.Run(async () =>
        {
            while (true)
            {
                byte[] item = new byte[ItemBytes];
                BitConverter.TryWriteBytes(item, accepted);
                await writer.WriteAsync(item, source.Token);
                Interlocked.Increment(ref accepted);
            }
        });
        // The hub holds what the socket does not, so that its limit and those of the writer are all that is ever accepted.
        const long Most = 64L << 20;
        long before = -1;
        while (Interlocked.Read(ref accepted) != before)
        {
            before = Interlocked.Read(ref accepted);
            Assert.IsLessThan(Most, before * ItemBytes);
            await Task.Delay(300);
        }
        await source.CancelAsync();
        await writing.Fails<OperationCanceledException>("a canceled write waits");

        // One that asks makes the hub ask the other, which does not answer.
        await using CrossChannelReader<byte[]> reader = await CrossChannel.OpenReaderAsync<byte[]>(raw.Address("bytes")).Done();
        var numbers = new List<long>();
        while (numbers.Count < accepted)
            numbers.Add(BitConverter.ToInt64(await reader.ReadAsync().Done()));
        CollectionAssert.AreEquivalent(Enumerable.Range(0, (int)accepted).Select(static number => (long)number).ToArray(), numbers);
        await writer.WriteAsync(new byte[1]).Done();
        Assert.HasCount(1, await reader.ReadAsync().Done());
    }

    [TestMethod]
    public async Task Writer_DoesNotAnswerRevoke_OthersGetItsCreditAndItsLateWordsChangeNothing()
    {
        await using RawHub raw = await RawHub.StartAsync(revokeTimeout: TimeSpan.FromMilliseconds(300));
        SharedChannel<long> channel = raw.Hub.CreateBounded<long>("longs", 1);
        await using RawPeer silent = await raw.ConnectWriterAsync<long>("longs");
        await using CrossChannelWriter<long> writer = await CrossChannel.OpenWriterAsync<long>(raw.Address("longs")).Done();
        Task write = writer.WriteAsync(1).AsTask();
        await silent.ReadFrameAsync(FrameType.Revoke);
        RawPeer.Frame abort = await silent.ReadFrameAsync(FrameType.Abort, orFail: false);
        Assert.AreEqual(ReasonCode.TimedOut, ReasonFrame.Read(abort.Body, abort.Type).Code);
        await write.Done();
        await silent.TrySendAsync(Wire.Longs(0, 666), Wire.Counter(FrameType.Revoked, 1), Wire.Complete(1));
        Assert.AreEqual(1, await channel.Reader.ReadAsync().Done());
        await writer.WriteAsync(2).Done();
        Assert.AreEqual(2, await channel.Reader.ReadAsync().Done());
        Assert.IsNull(channel.Writer.Ending);
        Assert.AreEqual(0, channel.Reader.Count);
    }
}
