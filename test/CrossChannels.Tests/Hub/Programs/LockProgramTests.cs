using System.Globalization;

namespace CrossChannels.Tests.Hub.Programs;

/// <summary>Five children take one lock in turn; one of them is killed while it holds it.</summary>
[TestClass]
public sealed class LockProgramTests
{
    private const int Turns = 20;

    private readonly TempDirectory _directory = new();

    private ChannelAddress Address => ChannelAddress.Unix(_directory["hub.sock"]);

    [TestCleanup]
    public void Clean() => _directory.Dispose();

    [TestMethod]
    public async Task HubHere_NeverTwoAtOnceAndOthersGoOnWithoutTheKilled()
    {
        await using ChannelHub hub = await ChannelHub.StartAsync(Address).Done();
        await using CrossLock shared = hub.CreateLock("lock");
        await RunAsync();
        await using LockHold hold = await shared.AcquireAsync().Done();
        Assert.IsFalse(hold.WasAbandoned);
    }

    [TestMethod]
    public async Task HubInItsOwnProcess_NeverTwoAtOnceAndOthersGoOnWithoutTheKilled()
    {
        await using ChildProcess hub = ChildProcess.Start("own-lock-hub", Address.ToString());
        Assert.AreEqual("owns", await hub.ReadLineAsync());
        await RunAsync();
        Assert.AreEqual(0, await hub.FinishAsync());
    }

    private async Task RunAsync()
    {
        string address = Address.WithChannel("lock").ToString(), marker = _directory["marker"];
        await using ChildProcess lost = ChildProcess.Start("take-turns", address, "1", marker, "true");
        string first = await lost.ReadLineAsync();
        ChildProcess[] others = [.. Enumerable.Range(0, 4).Select(_ => ChildProcess.Start("take-turns", address, $"{Turns}", marker, "false"))];
        try
        {
            await lost.KillAsync();
            string[] said = await Task.WhenAll(others.Select(static child => child.ReadToEndAsync())).Done();
            foreach (ChildProcess child in others)
            {
                int code = await child.WaitForExitAsync();
                string errors = await child.ReadErrorsAsync();
                Assert.AreEqual(0, code, errors);
            }
            string[][] turns = [.. said.SelectMany(static text => text.Split('\n', StringSplitOptions.RemoveEmptyEntries)).Prepend(first).Select(static line => line.Trim().Split(' '))];
            Assert.HasCount(1 + (4 * Turns), turns);
            // Whoever had it later has a higher token; only the one after the killed finds it abandoned.
            long[] tokens = [.. turns.Select(static turn => long.Parse(turn[0], CultureInfo.InvariantCulture))];
            Assert.HasCount(tokens.Length, tokens.Distinct());
            Assert.AreEqual(tokens.Min(), tokens[0]);
            string[] abandoned = turns.Single(static turn => bool.Parse(turn[1]));
            Assert.AreEqual(tokens.Order().ElementAt(1).ToString(CultureInfo.InvariantCulture), abandoned[0]);
        }
        finally
        {
            foreach (ChildProcess child in others)
                await child.DisposeAsync();
        }
    }
}
