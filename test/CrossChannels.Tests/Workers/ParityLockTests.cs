using System.Threading.Channels;
using CrossChannels.Workers;

namespace CrossChannels.Tests.Workers;

/// <summary>What Python's <c>Lock</c> and <c>Manager</c> do, between real processes.</summary>
[TestClass]
public sealed class ParityLockTests
{
    [TestMethod]
    public async Task Lock_AcquireWithTimeout_AndReleaseOfWhatIsNotHeld()
    {
        await using ParityHub hub = await ParityHub.StartAsync();
        CrossLock gate = hub.Hub.CreateLock("gate");
        LockHold hold = await gate.AcquireAsync().Done();
        await using WorkerProcess worker = await WorkerProcess.StartAsync(TryLock, gate, hub.Said, ParityHub.Daemon);
        Assert.AreEqual("TimeoutException", await hub.HearAsync());
        await hold.ReleaseAsync().Done();
        Assert.AreEqual("acquired", await hub.HearAsync());
        Assert.AreEqual("InvalidOperationException", await hub.HearAsync());
    }

    [TestMethod]
    public async Task Lock_HolderIsKilled_TheNextHasItMarkedAbandonedWithAHigherToken()
    {
        await using ParityHub hub = await ParityHub.StartAsync();
        CrossLock gate = hub.Hub.CreateLock("gate");
        await using WorkerProcess holder = await WorkerProcess.StartAsync(HoldLock, gate, hub.Said, ParityHub.Daemon);
        Assert.AreEqual("1 False", await hub.HearAsync());
        await using WorkerProcess next = await WorkerProcess.StartAsync(HoldLock, gate, hub.Said, ParityHub.Daemon);
        await Wait.Until(() => hub.Hub.GetStatus().Locks.Single().Waiters.Count == 1);
        holder.Kill();
        Assert.AreEqual("2 True", await hub.HearAsync());
    }

    [TestMethod]
    public async Task Manager_InAProcessOfItsOwn_ChannelsAndLocksTravelInsideItems()
    {
        await using ParityHub hub = await ParityHub.StartAsync();
        ChannelAddress manager = WorkerStartTests.UniqueName();
        await using WorkerProcess owner = await WorkerProcess.StartAsync(Manage, manager.ToString(), ParityHub.Daemon);
        SharedChannel<Errand> errands = hub.Hub.CreateUnbounded<Errand>("errands");
        await using WorkerProcess worker = await WorkerProcess.StartAsync(Run, errands.Reader, ParityHub.Daemon);

        await errands.Writer.WriteAsync(new Errand(manager.WithChannel("queue"), manager.WithChannel("gate"), "done")).Done();
        await using CrossChannelReader<string> queue = await CrossChannel.OpenReaderAsync<string>(manager.WithChannel("queue")).Done();
        Assert.AreEqual("done under token 1", await queue.ReadAsync().Done());
    }

    internal sealed record Errand(ChannelAddress Queue, ChannelAddress Gate, string Word);

    private static async Task TryLock(CrossLock gate, CrossChannelWriter<string> said)
    {
        try
        {
            await gate.AcquireAsync(TimeSpan.FromMilliseconds(20));
        }
        catch (TimeoutException e)
        {
            await said.WriteAsync(e.GetType().Name);
        }
        LockHold hold = await gate.AcquireAsync(TimeSpan.FromSeconds(30));
        await said.WriteAsync("acquired");
        await hold.ReleaseAsync();
        try
        {
            await hold.ReleaseAsync();
        }
        catch (InvalidOperationException e)
        {
            await said.WriteAsync(e.GetType().Name);
        }
    }

    private static async Task HoldLock(CrossLock gate, CrossChannelWriter<string> said)
    {
        LockHold hold = await gate.AcquireAsync();
        await said.WriteAsync($"{hold.FencingToken} {hold.WasAbandoned}");
        await Task.Delay(Timeout.Infinite);
    }

    private static async Task Manage(string address)
    {
        CancellationToken stop = WorkerProcess.Stopping;
        await using ChannelHub hub = await ChannelHub.StartAsync(address, cancellationToken: stop);
        hub.CreateUnbounded<string>("queue");
        hub.CreateLock("gate");
        await Task.Delay(Timeout.Infinite, stop);
    }

    private static async Task Run(ChannelReader<Errand> errands)
    {
        Errand errand = await errands.ReadAsync();
        await using CrossLock gate = await CrossChannel.OpenLockAsync(errand.Gate);
        await using CrossChannelWriter<string> queue = await CrossChannel.OpenWriterAsync<string>(errand.Queue);
        await using LockHold hold = await gate.AcquireAsync();
        await queue.WriteAsync($"{errand.Word} under token {hold.FencingToken}");
    }
}
