using CrossChannels;
using CrossChannels.Workers;

namespace FromPython;

/// <summary>The same with a lock of a hub in a process of its own, as <c>Manager().Lock()</c> is.</summary>
internal static class LockOfAHub
{
    public static async Task RunAsync()
    {
        string address = ChannelAddress.Unique("manager").ToString();
        await using WorkerProcess manager = await WorkerProcess.StartAsync(ManageAsync, address, new WorkerOptions { IsDaemon = true });
        await using CrossLock gate = await CrossChannel.OpenLockAsync($"{address}#gate");
        await SharedLock.TakeTurnsAsync(gate);
    }

    private static async Task ManageAsync(string address)
    {
        CancellationToken stop = WorkerProcess.Stopping;
        await using ChannelHub hub = await ChannelHub.StartAsync(address, cancellationToken: stop);
        hub.CreateLock("gate");
        await Task.Delay(Timeout.Infinite, stop);
    }
}
