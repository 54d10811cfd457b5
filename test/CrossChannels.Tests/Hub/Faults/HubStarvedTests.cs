namespace CrossChannels.Tests.Hub.Faults;

/// <summary>Processes that run, and answer nothing because their thread pool is full of work that blocks: others wait for them, and nobody takes them for dead.</summary>
[TestClass]
[OSCondition(OperatingSystems.Linux)]
public sealed class HubStarvedTests
{
    private static readonly TimeSpan s_revokeTimeout = TimeSpan.FromMilliseconds(200);

    private readonly LogList _log = new();

    private HubOptions Options => new() { RevokeTimeout = s_revokeTimeout, Connection = new() { Logger = _log } };

    [TestMethod]
    public async Task HolderOfALock_KeepsIt_HoweverLongItAnswersNothing()
    {
        await using LockHub hub = await LockHub.StartAsync(Options);
        await using ChildProcess holder = ChildProcess.Start("starve", "lock", hub.Gate.Address.ToString());
        Assert.AreEqual("starved", await holder.ReadLineAsync());
        Task<LockHold> next = hub.Gate.AcquireAsync().AsTask();
        await Wait.Until(() => _log.Count("PeerSilent") > 0);
        Assert.IsFalse(next.IsCompleted);
        await holder.SayAsync("go on");
        Assert.AreEqual("held", await holder.ReadLineAsync());
        LockHold hold = await next.Done();
        Assert.AreEqual(2, hold.FencingToken);
        Assert.IsFalse(hold.WasAbandoned);
    }

    [TestMethod]
    public async Task LeasedReader_KeepsWhatItHas_AndNothingIsDoneTwice()
    {
        using var directory = new TempDirectory();
        await using LeasedChannel<long> work = await CrossChannel.CreateLeasedAsync<long>(ChannelAddress.Unix(directory["hub"]), 8, hub: Options).Done();
        await work.Writer.WriteAsync(0).Done();
        await using ChildProcess reader = ChildProcess.Start("starve", "lease", work.Address.ToString());
        Assert.AreEqual("starved", await reader.ReadLineAsync());
        await Wait.Until(async () => (await CrossChannel.GetChannelStatusAsync(work.Address).Done()).Readers.Single().Credit > 0);
        await work.Writer.WriteAsync(1).Done();
        // What is written is sent in a moment; the reader here would take it until then.
        await Wait.Until(async () => (await CrossChannel.GetChannelStatusAsync(work.Address).Done()).InFlight == 2);
        Task<Lease<long>> next = work.Reader.ReadAsync().AsTask();
        await Wait.Until(() => _log.Count("PeerSilent") > 0);
        Assert.IsFalse(next.IsCompleted);
        await reader.SayAsync("go on");
        Assert.AreEqual("0 1", await reader.ReadLineAsync());
        Assert.AreEqual("1 1", await reader.ReadLineAsync());
        await work.Writer.WriteAsync(2).Done();
        Lease<long> lease = await next.Done();
        Assert.AreEqual((2L, 1), (lease.Item, lease.DeliveryCount));
        lease.Complete();
    }
}
