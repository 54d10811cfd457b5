using System.IO.Pipelines;

namespace CrossChannels.Tests.Channels;

[TestClass]
public sealed class PeerTimeoutTests
{
    [TestMethod]
    public async Task PeerTimeout_PeerFallsSilent_EndsTheLink()
    {
        Pipe there = new(), back = new(), behindValve = new();
        using var valve = new CancellationTokenSource();
        Task pumping = PumpAsync(back.Reader.AsStream(), behindValve.Writer.AsStream(), valve.Token);
        await using DuplexChannel<int, int> near = CrossChannel.Over<int, int>(
            behindValve.Reader.AsStream(), there.Writer.AsStream(), new() { Connection = new() { PeerTimeout = TimeSpan.FromMilliseconds(150) } });
        await using DuplexChannel<int, int> far = CrossChannel.Over<int, int>(there.Reader.AsStream(), back.Writer.AsStream());
        await near.WaitForPeerAsync().Done();
        await near.Writer.WriteAsync(1).Done();
        Assert.AreEqual(1, await far.Reader.ReadAsync().Done());
        Task join = near.Writer.JoinAsync().AsTask();
        await join.Done();
        await valve.CancelAsync();
        await pumping.Done();

        await near.Writer.WriteAsync(2).Done();
        Task flush = near.Writer.FlushAsync().AsTask();
        LinkTimeoutException e = await Assert.ThrowsExactlyAsync<LinkTimeoutException>(() => near.Reader.Completion.Done());
        StringAssert.Contains(e.Message, "PeerTimeout");
        await Assert.ThrowsExactlyAsync<LinkTimeoutException>(() => flush.Done());
        Assert.AreEqual(EndingKind.TimedOut, near.Reader.Ending!.Kind);
        Assert.AreEqual(EndingKind.TimedOut, near.Writer.Ending!.Kind);
        Assert.AreEqual(1, near.Writer.Ending.UnreceivedCount);

        // The other end, to which this one can still speak, is told.
        Assert.AreEqual(2, await far.Reader.ReadAsync().Done());
        await Assert.ThrowsExactlyAsync<LinkTimeoutException>(() => far.Reader.Completion.Done());
    }

    /// <summary>One timer looks after all links of a clock.</summary>
    [TestMethod]
    public async Task PeerTimeout_OtherLinksHaveLongerOnes_EndsTheLinkInItsOwnTime()
    {
        var clock = new ManualTimeProvider();
        List<DuplexChannel<int, int>> near = [], far = [];
        int[] seconds = [400, 4, 400];
        foreach (int timeout in seconds)
        {
            Pipe there = new(), back = new();
            near.Add(CrossChannel.Over<int, int>(
                back.Reader.AsStream(), there.Writer.AsStream(), new() { Connection = new() { PeerTimeout = TimeSpan.FromSeconds(timeout), TimeProvider = clock } }));
            far.Add(CrossChannel.Over<int, int>(there.Reader.AsStream(), back.Writer.AsStream()));
            await near[^1].WaitForPeerAsync().Done();
        }
        // It falls silent for the clock only, which moves on by more than the timeout before an answer to a ping could come.
        clock.Advance(TimeSpan.FromSeconds(5));
        await Assert.ThrowsExactlyAsync<LinkTimeoutException>(() => near[1].Reader.Completion.Done());
        await near[0].Writer.WriteAsync(1).Done();
        Assert.AreEqual(1, await far[0].Reader.ReadAsync().Done());
        foreach (DuplexChannel<int, int> link in near.Concat(far))
            await link.DisposeAsync().Done();
    }

    private static async Task PumpAsync(Stream from, Stream to, CancellationToken stop)
    {
        try
        {
            await from.CopyToAsync(to, stop);
        }
        catch (OperationCanceledException)
        {
        }
    }
}
