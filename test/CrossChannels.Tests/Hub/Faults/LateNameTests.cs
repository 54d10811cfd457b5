namespace CrossChannels.Tests.Hub.Faults;

/// <summary>Ends that find the hub before its program has made what they ask for.</summary>
[TestClass]
public sealed class LateNameTests
{
    private static readonly TimeSpan s_nameTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_firstNameTimeout = TimeSpan.FromSeconds(5);

    private readonly TempDirectory _directory = new();
    private readonly ManualTimeProvider _clock = new();

    [TestCleanup]
    public void Clean() => _directory.Dispose();

    [TestMethod]
    public async Task Open_BeforeTheChannelIsMade_Waits()
    {
        await using ChannelHub hub = await StartAsync();
        Task<CrossChannelWriter<int>> opening = CrossChannel.OpenWriterAsync<int>(hub.Address.WithChannel("late"));
        await Wait.Until(() => _clock.HasTimerWithin(s_firstNameTimeout));
        hub.CreateBounded<int>("other", 1);
        Assert.IsFalse(opening.IsCompleted);
        SharedChannel<int> late = hub.CreateBounded<int>("late", 1);
        await using CrossChannelWriter<int> writer = await opening.Done();
        await writer.WriteAsync(7).Done();
        Assert.AreEqual(7, await late.Reader.ReadAsync().Done());
    }

    [TestMethod]
    public async Task Open_OfWhatIsNeverMade_IsRefusedWithWhatThereIs()
    {
        await using ChannelHub hub = await StartAsync();
        hub.CreateBounded<int>("parts", 1);
        Task<CrossLock> opening = CrossChannel.OpenLockAsync(hub.Address.WithChannel("part"));
        await Wait.Until(() => _clock.HasTimerWithin(s_nameTimeout));
        _clock.Advance(s_nameTimeout);
        LinkRefusedException e = await Assert.ThrowsExactlyAsync<LinkRefusedException>(() => opening.Done());
        StringAssert.Contains(e.Message, "nothing named 'part'. It has: 'parts'");
    }

    /// <summary>On a busy machine seconds can pass between the start of a hub and the next line of its program.</summary>
    [TestMethod]
    public async Task Open_OfAHubThatHasNothingYet_WaitsLonger()
    {
        await using ChannelHub hub = await StartAsync();
        Task<CrossLock> opening = CrossChannel.OpenLockAsync(hub.Address.WithChannel("gate"));
        await Wait.Until(() => _clock.HasTimerWithin(s_firstNameTimeout));
        _clock.Advance(s_firstNameTimeout - TimeSpan.FromTicks(1));
        hub.CreateLock("gate");
        await using CrossLock gate = await opening.Done();
    }

    [TestMethod]
    public async Task Open_OfAHubThatNeverHasAnything_IsRefused()
    {
        await using ChannelHub hub = await StartAsync();
        Task<CrossLock> opening = CrossChannel.OpenLockAsync(hub.Address.WithChannel("gate"));
        await Wait.Until(() => _clock.HasTimerWithin(s_firstNameTimeout));
        _clock.Advance(s_firstNameTimeout);
        LinkRefusedException e = await Assert.ThrowsExactlyAsync<LinkRefusedException>(() => opening.Done());
        StringAssert.Contains(e.Message, "nothing named 'gate'. It has: nothing");
    }

    private Task<ChannelHub> StartAsync() =>
        ChannelHub.StartAsync(ChannelAddress.Unix(_directory["hub.sock"]), new HubOptions { Connection = new ConnectionOptions { TimeProvider = _clock } });
}
