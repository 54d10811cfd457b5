using CrossChannels.Protocol;
using CrossChannels.Tests.Faults;

namespace CrossChannels.Tests.Hub;

/// <summary>A peer that may take as long as it likes to give back what others wait for costs the hub no wake-ups meanwhile.</summary>
[TestClass]
public sealed class EndlessRevokeTests : IDisposable
{
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(10);

    private readonly TempDirectory _directory = new();
    private readonly ManualTimeProvider _clock = new();

    private ChannelAddress Address => ChannelAddress.Unix(_directory["hub"]);

    private HubOptions Settings => new() { Connection = new() { TimeProvider = _clock }, RevokeTimeout = Timeout.InfiniteTimeSpan, DrainTimeout = TimeSpan.Zero };

    public void Dispose() => _directory.Dispose();

    [TestMethod]
    public async Task StuckWriter_IsAskedOnce_AndItsAnswerPassesTheSlotOn()
    {
        await using SharedChannel<long> owner = await CreateAsync(1);
        await using RawPeer stuck = await HubRaw.OpenWriterAsync<long>(owner.Address);
        await using CrossChannelWriter<long> other = await CrossChannel.OpenWriterAsync<long>(owner.Address).Done();
        Task write = other.WriteAsync(7).AsTask();
        await AskAsync(stuck, FrameType.Revoke);
        Assert.IsFalse(write.IsCompleted);
        await stuck.SendAsync(Wire.Counter(FrameType.Revoked, 0));
        await write.Done();
        Assert.AreEqual(7, await owner.Reader.ReadAsync().Done());
    }

    /// <summary>What it uses after it was asked, it does not give back: another has to.</summary>
    [TestMethod]
    public async Task StuckWriter_UsesWhatItWasAskedFor_AnotherIsAsked()
    {
        await using ChannelHub hub = await ChannelHub.StartAsync(Address, Settings).Done();
        SharedChannel<long> owner = hub.CreateBounded<long>("c", 16);
        await using RawPeer idle = await HubRaw.OpenWriterAsync<long>(owner.Address);
        await using RawPeer stuck = await HubRaw.OpenWriterAsync<long>(owner.Address);
        await stuck.SendAsync(Wire.Longs(0, 0));
        // It is at work, so that it gets what is left of sixteen slots: one holds its item, and the idle one has one.
        Assert.AreEqual(15, CreditFrame.Read((await stuck.ReadFrameAsync(FrameType.Credit)).Body).Items);
        await using var others = new RemoteWriters<long>(await RemoteWriters.OpenAsync<long>(owner.Address, 2));
        Task[] writes = [.. others.All.Select(static writer => writer.WriteAsync(7).AsTask())];
        await Wait.Until(() => hub.GetStatus().Channels.Single().WaitingWriters.Count == 2);
        await AskAsync(stuck, FrameType.Revoke);
        // One slot is left to it, and two are wanted.
        await stuck.SendAsync(Wire.Longs(1, [.. Enumerable.Range(1, 13).Select(static i => (long)i)]));
        await AskAsync(idle, FrameType.Revoke);
        await idle.SendAsync(Wire.Counter(FrameType.Revoked, 0));
        await Task.WhenAny(writes).Done();
        await stuck.SendAsync(Wire.Counter(FrameType.Revoked, 14));
        await Task.WhenAll(writes).Done();
    }

    [TestMethod]
    public async Task StuckReader_IsAskedOnce_AndItsAnswerPassesItemsOn()
    {
        await using SharedChannel<long> owner = await CreateAsync(8);
        await using RawPeer stuck = await HubRaw.OpenReaderAsync<long>(owner.Address, 3);
        await owner.Writer.WriteManyAsync((long[])[1, 2, 3]).Done();
        // What is written is sent in a moment; the reader here would take it until then.
        await Wait.Until(async () => (await CrossChannel.GetChannelStatusAsync(owner.Address).Done()).InFlight == 3);
        Task<long> read = owner.Reader.ReadAsync().AsTask();
        long most = (await AskAsync(stuck, FrameType.Reclaim)).Count;
        Assert.IsGreaterThan(0, most);
        Assert.IsFalse(read.IsCompleted);
        await stuck.SendAsync(HubRaw.Reclaimed(0, most));
        Assert.AreEqual(3 - most + 1, await read.Done());
    }

    [TestMethod]
    public async Task StuckReader_SomebodyJoins_ReportEndsIt()
    {
        await using SharedChannel<long> owner = await CreateAsync(8);
        await using RawPeer stuck = await HubRaw.OpenReaderAsync<long>(owner.Address, 3);
        await owner.Writer.WriteAsync(1).Done();
        await stuck.ReadFrameAsync(FrameType.Items);
        Task join = owner.Writer.JoinAsync().AsTask();
        await AskAsync(stuck, FrameType.Reclaim);
        Assert.IsFalse(join.IsCompleted);
        await stuck.SendAsync(HubRaw.Reclaimed(1, 0));
        await join.Done();
    }

    /// <summary>Moves the clock until the peer is asked; after that there is nothing to wake up for.</summary>
    private async Task<RawPeer.Frame> AskAsync(RawPeer stuck, FrameType type)
    {
        await Wait.Until(() => _clock.HasTimerWithin(s_moment), "somebody waits");
        _clock.Advance(s_moment);
        RawPeer.Frame frame = await stuck.ReadFrameAsync(type);
        // The timer is set outside the channel's lock, perhaps by a thread that is late: it may tick once more, and then never.
        await Wait.Until(
            () =>
            {
                _clock.Advance(s_moment);
                return !_clock.HasTimerWithin(TimeSpan.FromHours(1));
            },
            "the hub wakes up for nothing");
        return frame;
    }

    private Task<SharedChannel<long>> CreateAsync(int capacity) => CrossChannel.CreateBoundedAsync<long>(Address, capacity, hub: Settings).Done();
}
