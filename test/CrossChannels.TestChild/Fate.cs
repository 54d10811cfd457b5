using System.Runtime.InteropServices;

namespace CrossChannels.TestChild;

/// <summary>What befalls this process at an item that was chosen before.</summary>
/// <param name="what"><c>kill</c> and <c>stop</c> are signals to itself; <c>leave</c> and <c>return</c> its caller has to obey; <c>finish</c> is none.</param>
/// <param name="at">How many items go before it.</param>
/// <param name="delay">How many spins later, on a thread of its own, a kill comes; 0 for at once.</param>
internal sealed partial class Fate(string what, long at, int delay)
{
    private const int Kill = 9;
    private const int Stop = 19;

    private bool _hasCome;

    public string What => what;

    /// <returns>Whether the caller is to leave now.</returns>
    public async ValueTask<bool> PassAsync(long number)
    {
        if (_hasCome || number < at || what == "finish")
            return false;
        _hasCome = true;
        switch (what)
        {
            case "kill" when delay > 0:
                // This thread goes on meanwhile, so that the kill meets it anywhere.
                new Thread(() =>
                {
                    Thread.SpinWait(delay);
                    _ = SendSignal(Environment.ProcessId, Kill);
                }).Start();
                return false;
            case "kill":
                _ = SendSignal(Environment.ProcessId, Kill);
                return false;
            case "stop":
                await TestChildProgram.SayAsync("stopping");
                _ = SendSignal(Environment.ProcessId, Stop);
                return false;
            default:
                return true;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int processId, int signal);
}
