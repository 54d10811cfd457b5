namespace CrossChannels.Tests.Channels;

/// <summary>A child of which the standard input and output are the link.</summary>
[TestClass]
public sealed class StandardStreamsTests
{
    [TestMethod]
    public async Task ChildEchoes_BothDirectionsCarryEverything()
    {
        await using ChildProcess child = ChildProcess.Start("echo-items");
        await using DuplexChannel<int, int> channel = CrossChannel.Over<int, int>(child.Output, child.Input);
        PeerInfo peer = await channel.WaitForPeerAsync().Done();
        Assert.AreEqual(child.Id, peer.ProcessId);
        await ChildProcessContract.AssertEchoesAsync(channel);
        Assert.AreEqual(0, await child.WaitForExitAsync());
    }

    [TestMethod]
    public async Task ChildIsKilled_TheLinkIsLost()
    {
        await using ChildProcess child = ChildProcess.Start("echo-items");
        await using DuplexChannel<int, int> channel = CrossChannel.Over<int, int>(child.Output, child.Input);
        await channel.Writer.WriteAsync(1).Done();
        Assert.AreEqual(1, await channel.Reader.ReadAsync().Done());
        Task<int> read = channel.Reader.ReadAsync().AsTask();
        await child.KillAsync();
        await Assert.ThrowsAsync<System.Threading.Channels.ChannelClosedException>(() => read.Done());
        Assert.AreEqual(EndingKind.ConnectionLost, channel.Reader.Ending!.Kind);
    }
}
