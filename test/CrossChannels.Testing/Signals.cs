using System.Runtime.InteropServices;

namespace CrossChannels.Testing;

/// <summary>Stops processes that this one started, and lets them go on.</summary>
internal static partial class Signals
{
    private const int ContinueSignal = 18;
    private const int StopSignal = 19;

    /// <summary>Stops a process; done when it stands still.</summary>
    public static async Task StopAsync(ChildProcess child)
    {
        Assert.AreEqual(0, SendSignal(child.Id, StopSignal));
        await WaitUntilStoppedAsync(child);
    }

    /// <summary>Waits for a process that stops itself.</summary>
    public static Task WaitUntilStoppedAsync(ChildProcess child) => Wait.Until(() => State(child.Id) is 'T' or '?', $"process {child.Id} to stop");

    public static void Continue(ChildProcess child) => Assert.AreEqual(0, SendSignal(child.Id, ContinueSignal));

    public static void Send(int processId, int signal) => Assert.AreEqual(0, SendSignal(processId, signal));

    /// <summary>The kernel's letter for what a process is doing; <c>?</c> if it is gone.</summary>
    public static char State(int processId)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{processId}/stat");
            return stat[stat.LastIndexOf(')') + 2];
        }
        catch (IOException)
        {
            return '?';
        }
    }

    /// <summary>Whether a process ignores a signal, as one does whose parent ignored it: what a script starts in the background ignores SIGINT.</summary>
    public static bool IsIgnored(int processId, int signal)
    {
        string mask = File.ReadLines($"/proc/{processId}/status").Single(static line => line.StartsWith("SigIgn:", StringComparison.Ordinal))[7..];
        return (Convert.ToUInt64(mask.Trim(), 16) >> (signal - 1) & 1) != 0;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int processId, int signal);
}
