using CrossChannels.Protocol;
using CrossChannels.Tests.Faults;
using CrossChannels.Tests.Transports;

namespace CrossChannels.Tests.Hub;

/// <summary>A write that is given up takes back what it asked for itself, and nothing of what another at the same end waits for.</summary>
[TestClass]
public sealed class CanceledWriteTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    /// <summary>The clock stands, so that no slot that was kept for the owner would ever be given to another.</summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task Canceled_ByTheOwner_NoSlotIsKeptForIt(bool isWrite)
    {
        await using SharedChannel<long> owner = await CreateAsync(ChannelAddress.Unix(_directory["hub"]), new ManualTimeProvider());
        await using CrossChannelWriter<long> remote = await CrossChannel.OpenWriterAsync<long>(owner.Address).Done();
        await remote.WriteAsync(1).Done();
        await Wait.Until(() => owner.Reader.Count == 1);
        using var source = new CancellationTokenSource();
        Task givenUp = isWrite ? owner.Writer.WriteAsync(2, source.Token).AsTask() : owner.Writer.WaitToWriteAsync(source.Token).AsTask();
        Task write = remote.WriteAsync(3).AsTask();
        await source.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => givenUp.Done());
        Assert.AreEqual(1, await owner.Reader.ReadAsync().Done());
        await write.Done();
        Assert.AreEqual(3, await owner.Reader.ReadAsync().Done());
    }

    /// <summary>What came for a wait that was given up is asked back in a moment, each time; only one that comes too late for its credit is given longer.</summary>
    [TestMethod]
    public async Task Canceled_AfterTheGrant_TheNextGetsTheSlotAMomentLater()
    {
        var clock = new ManualTimeProvider();
        await using SharedChannel<long> owner = await CreateAsync(ChannelAddress.Unix(_directory["hub"]), clock);
        await using CrossChannelWriter<long> next = await CrossChannel.OpenWriterAsync<long>(owner.Address).Done();
        await using RawPeer raw = await HubRaw.OpenWriterAsync<long>(owner.Address);
        await next.WriteAsync(0).Done();
        await Wait.Until(() => owner.Reader.Count == 1);
        for (int round = 0; round < 12; round++)
        {
            // The channel is full, and the one that gives up is the first in line.
            await raw.SendAsync(Wire.Counter(FrameType.Want, 0));
            await Wait.Until(async () => (await CrossChannel.GetChannelStatusAsync(owner.Address).Done()).WaitingWriters.Count == 1);
            Task write = next.WriteAsync(round + 1).AsTask();
            await Wait.Until(async () => (await CrossChannel.GetChannelStatusAsync(owner.Address).Done()).WaitingWriters.Count == 2);
            Assert.AreEqual(round, await owner.Reader.ReadAsync().Done());
            await raw.ReadFrameAsync(FrameType.Credit);
            // The answer to the ping says that the word before it was heard.
            await raw.SendAsync(Wire.Counter(FrameType.WantWithdrawn, 0), Wire.Counter(FrameType.Ping, round));
            await raw.ReadFrameAsync(FrameType.Pong);
            Assert.IsFalse(write.IsCompleted);
            clock.Advance(TimeSpan.FromMilliseconds(15));
            await raw.ReadFrameAsync(FrameType.Revoke);
            await raw.SendAsync(Wire.Counter(FrameType.Revoked, 0));
            await write.Done();
            await Wait.Until(() => owner.Reader.Count == 1);
        }
    }

    /// <summary>The clock stands, so that nothing is repaired later. The other writer would get the slot if nobody waited for it.</summary>
    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public async Task Canceled_AnotherWaitsAtTheSameLane_ThatOneGetsTheSlot()
    {
        await using SharedChannel<long> owner = await CreateAsync(ChannelAddress.SharedMemory(TransportTest.UniqueName()), new ManualTimeProvider());
        await using CrossChannelWriter<long> busy = await CrossChannel.OpenWriterAsync<long>(owner.Address).Done();
        await using CrossChannelWriter<long> patient = await CrossChannel.OpenWriterAsync<long>(owner.Address).Done();
        await busy.WriteAsync(1).Done();
        using var source = new CancellationTokenSource();
        Task givenUp = patient.WriteAsync(2, source.Token).AsTask();
        Task write = patient.WriteAsync(3).AsTask();
        await Wait.Until(async () => await CountWaitingAsync() == 1);
        await source.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => givenUp.Done());
        // Asking has the hub look at its lanes.
        Assert.AreEqual(1, await CountWaitingAsync());
        Assert.AreEqual(1, await owner.Reader.ReadAsync().Done());
        await write.Done();
        Assert.AreEqual(3, await owner.Reader.ReadAsync().Done());

        async Task<int> CountWaitingAsync() => (await CrossChannel.GetChannelStatusAsync(owner.Address).Done()).WaitingWriters.Count;
    }

    private static Task<SharedChannel<long>> CreateAsync(ChannelAddress address, TimeProvider clock) =>
        CrossChannel.CreateBoundedAsync<long>(address, 1, hub: new() { Connection = new() { TimeProvider = clock }, DrainTimeout = TimeSpan.Zero }).Done();
}
