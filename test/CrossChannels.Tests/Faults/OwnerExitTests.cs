namespace CrossChannels.Tests.Faults;

/// <summary>A process that owns channels or locks returns from Main while its threads are inside calls that wait: they stay there, and it ends with its own code.</summary>
[TestClass]
public sealed class OwnerExitTests
{
    [TestMethod]
    [DataRow("wait")]
    [DataRow("drop")]
    [DataRow("rendezvous")]
    [DataRow("lock")]
    [DataRow("pair")]
    public async Task Owner_ReturnsFromMain_BlockedCallsStayBlocked(string what)
    {
        await using ChildProcess owner = ChildProcess.Start("block-at-exit", what, ChannelAddress.Local($"exit-{Guid.NewGuid():N}").ToString());
        Assert.AreEqual("blocked", await owner.ReadLineAsync());
        Assert.AreEqual(0, await owner.FinishAsync());
    }

    [TestMethod]
    public async Task RemoteLock_TheProcessThatWaitsReturnsFromMain_ItsCallStaysBlocked()
    {
        await using CrossLock gate = await CrossChannel.CreateLockAsync(ChannelAddress.Local($"exit-{Guid.NewGuid():N}"));
        await using LockHold hold = await gate.AcquireAsync().Done();
        await using ChildProcess waiting = ChildProcess.Start("block-at-exit", "remote-lock", gate.Address.ToString());
        Assert.AreEqual("blocked", await waiting.ReadLineAsync());
        Assert.AreEqual(0, await waiting.FinishAsync());
    }

    [TestMethod]
    [DataRow("wait")]
    [DataRow("drop")]
    public async Task Owner_ReturnsFromMain_RemoteReadersDrainAndLearnIt(string what)
    {
        var address = ChannelAddress.Local($"exit-{Guid.NewGuid():N}");
        await using ChildProcess owner = ChildProcess.Start("block-at-exit", what, address.ToString());
        Assert.AreEqual("blocked", await owner.ReadLineAsync());
        await using CrossChannelReader<int> reader = await CrossChannel.OpenReaderAsync<int>($"{address}-full#full");
        Task<int> finished = owner.FinishAsync();
        List<int> items = [];
        OwnerLeftException left = await Assert.ThrowsExactlyAsync<OwnerLeftException>(async () =>
        {
            await foreach (int item in reader.ReadAllAsync())
                items.Add(item);
        });
        Assert.AreEqual(0, left.UnreadCount);
        Assert.AreEqual(what == "wait" ? 1 : 3, items[0]);
        Assert.AreEqual(0, await finished);
    }
}
