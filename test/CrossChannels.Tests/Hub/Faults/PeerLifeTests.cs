using CrossChannels.Hub;

namespace CrossChannels.Tests.Hub.Faults;

/// <summary>What the system says of a silent peer.</summary>
[TestClass]
public sealed class PeerLifeTests
{
    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public async Task Process_RunsStopsContinuesAndDies()
    {
        using var directory = new TempDirectory();
        await using ChannelHub hub = await ChannelHub.StartAsync(ChannelAddress.Unix(directory["hub"])).Done();
        SharedChannel<long> channel = hub.CreateBounded<long>("c", 8);
        await using ChildProcess child = ChildProcess.Start("read-on-word", channel.Address.ToString(), "False");
        Assert.AreEqual("open", await child.ReadLineAsync());
        Assert.IsTrue(PeerLife.IsAtWork(child.Id));
        await Signals.StopAsync(child);
        Assert.IsFalse(PeerLife.IsAtWork(child.Id), "a process that a signal has stopped answers nothing");
        Signals.Continue(child);
        await Wait.Until(() => PeerLife.IsAtWork(child.Id));
        await child.KillAsync();
        Assert.IsFalse(PeerLife.IsAtWork(child.Id));
    }

    [TestMethod]
    public void Process_IsUnknownOrThisOne_IsNotTakenForAlive()
    {
        Assert.IsFalse(PeerLife.IsAtWork(null));
        Assert.IsFalse(PeerLife.IsAtWork(0));
        Assert.IsFalse(PeerLife.IsAtWork(Environment.ProcessId));
    }
}
