namespace CrossChannels.Tests.Ends;

/// <summary>Handlers of the process's exit run before its links and hubs are closed, in order.</summary>
[TestClass]
public sealed class ProcessExitingTests
{
    [TestMethod]
    public async Task Handlers_RunInOrderAndMayStillUseChannels()
    {
        ChannelAddress address = ChannelAddress.Local($"exiting-{Guid.NewGuid():N}");
        await using ChildProcess child = ChildProcess.Start("use-at-exit", $"{address}", "well");
        await using CrossChannelReader<int> reader = await CrossChannel.OpenReaderAsync<int>(address, null, new() { ConnectTimeout = Wait.Deadline }).Done();
        Assert.AreEqual("returns", await child.ReadLineAsync());
        Assert.AreEqual("first", await child.ReadLineAsync());
        Assert.AreEqual(7, await reader.ReadAsync().Done());
        Assert.AreEqual("second", await child.ReadLineAsync());
        await Assert.ThrowsExactlyAsync<OwnerLeftException>(() => reader.Completion.Done());
        Assert.AreEqual(0, await child.WaitForExitAsync());
    }

    [TestMethod]
    public async Task HandlerThatThrows_TheOthersRunAndTheChannelsEndAsOnesThatTheirOwnerLeft()
    {
        ChannelAddress address = ChannelAddress.Local($"exiting-{Guid.NewGuid():N}");
        await using ChildProcess child = ChildProcess.Start("use-at-exit", $"{address}", "throw");
        await using CrossChannelReader<int> reader = await CrossChannel.OpenReaderAsync<int>(address, null, new() { ConnectTimeout = Wait.Deadline }).Done();
        Assert.AreEqual("returns", await child.ReadLineAsync());
        Assert.AreEqual("first", await child.ReadLineAsync());
        Assert.AreEqual("second", await child.ReadLineAsync());
        Assert.AreEqual(7, await reader.ReadAsync().Done());
        await Assert.ThrowsExactlyAsync<OwnerLeftException>(() => reader.Completion.Done());
        Assert.AreNotEqual(0, await child.WaitForExitAsync());
        StringAssert.Contains(await child.ReadErrorsAsync(), "the first handler's own");
    }
}
