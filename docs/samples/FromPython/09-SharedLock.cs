using System.Diagnostics;
using CrossChannels;
using CrossChannels.Workers;

namespace FromPython;

/// <summary>Five children take one lock in turn. The first is killed while it has it, and the others go on.</summary>
internal static class SharedLock
{
    public static async Task RunAsync()
    {
        await using CrossLock gate = await CrossChannel.CreateLockAsync(ChannelAddress.Unique("gate"));
        await TakeTurnsAsync(gate);
    }

    public static async Task TakeTurnsAsync(CrossLock gate)
    {
        foreach (WorkerProcess child in await Task.WhenAll(Enumerable.Range(1, 5).Select(number => WorkerProcess.StartAsync(WorkAsync, number, gate))))
            await child.WaitForExitAsync();
    }

    private static async Task WorkAsync(int number, CrossLock gate)
    {
        await using LockHold hold = await gate.AcquireAsync();
        Console.WriteLine($"{number} begins{(hold.WasAbandoned ? ", after one that died" : "")}");
        await Task.Delay(20);
        if (hold.FencingToken == 1)
            Process.GetCurrentProcess().Kill();     // SIGKILL: it releases nothing
        Console.WriteLine($"{number} ends");
    }
}
