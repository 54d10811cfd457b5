using CrossChannels.Links;

namespace CrossChannels.Tests.Ends;

/// <summary>Links to a process that is watched end with its exit code.</summary>
[TestClass]
public sealed class PeerProcessTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [TestMethod]
    public async Task Link_TheExitIsKnownAfterTheConnectionBroke_ItsEndingsCarryTheCode()
    {
        (DuplexChannel<int, int> kept, DuplexChannel<int, int> given) = CrossChannel.CreatePair<int, int>();
        await using (kept)
        {
            await using ChildProcess child = ChildProcess.Start("open-end", "duplex", await EndTickets.GiveTextAsync(given), "hang");
            var exit = new TaskCompletionSource<int>();
            using ExitWatch watch = ExitWatch.Begin(child.Id, exit.Task);
            await kept.WaitForPeerAsync().Done();
            Task<int> read = kept.Reader.ReadAsync().AsTask();
            await child.KillAsync();
            Assert.IsFalse(read.IsCompleted);
            exit.SetResult(137);
            Exception e = (await Assert.ThrowsAsync<InvalidOperationException>(() => read.Done())).InnerException!;
            ConnectionLostException lost = Assert.IsInstanceOfType<ConnectionLostException>(e);
            Assert.AreEqual(137, lost.ExitCode);
            StringAssert.Contains(lost.Message, "The process exited with code 137.");
            Assert.AreEqual(137, kept.Reader.Ending!.ExitCode);
            Assert.AreEqual(137, kept.Writer.Ending!.ExitCode);
        }
    }

    [TestMethod]
    public async Task Link_TheExitNeverBecomesKnown_EndsAllTheSame()
    {
        (DuplexChannel<int, int> kept, DuplexChannel<int, int> given) = CrossChannel.CreatePair<int, int>();
        await using (kept)
        {
            await using ChildProcess child = ChildProcess.Start("open-end", "duplex", await EndTickets.GiveTextAsync(given), "hang");
            using (ExitWatch.Begin(child.Id, new TaskCompletionSource<int>().Task))
                await kept.WaitForPeerAsync().Done();
            await child.KillAsync();
            ConnectionLostException e = await Assert.ThrowsExactlyAsync<ConnectionLostException>(() => kept.Reader.Completion.Done());
            Assert.IsNull(e.ExitCode);
        }
    }

    [TestMethod]
    public async Task Hub_LostWritersAreNamedWithTheirCode()
    {
        var settings = new SharedChannelOptions { Completion = CompletionPolicy.LastWriter(1) };
        await using SharedChannel<int> channel = await CrossChannel.CreateBoundedAsync<int>(ChannelAddress.Unix(_directory["hub"]), 10, settings).Done();
        await using ChildProcess child = ChildProcess.Start("open-end", "writer", await EndTickets.GiveTextAsync(channel.Writer), "leave");
        var exit = new TaskCompletionSource<int>();
        using ExitWatch watch = ExitWatch.Begin(child.Id, exit.Task);
        Assert.AreEqual("written", await child.ReadLineAsync());
        await child.KillAsync();
        exit.SetResult(137);
        for (int i = 1; i <= 4; i++)
            Assert.AreEqual(i, await channel.Reader.ReadAsync().Done());
        WritersLostException e = await Assert.ThrowsExactlyAsync<WritersLostException>(() => channel.Reader.Completion.Done());
        StringAssert.Contains(e.Lost.Single(), $"process {child.Id}");
        StringAssert.Contains(e.Lost.Single(), "(exit code 137)");
    }

    [TestMethod]
    public void Watch_TheSameProcessTwice_IsRefused()
    {
        Task<int> never = new TaskCompletionSource<int>().Task;
        ExitWatch watch = ExitWatch.Begin(-5, never);
        Assert.ThrowsExactly<InvalidOperationException>(() => ExitWatch.Begin(-5, never));
        watch.Dispose();
        ExitWatch.Begin(-5, never).Dispose();
        watch.Dispose();
    }
}
