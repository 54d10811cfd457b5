using CrossChannels.Links;

namespace CrossChannels;

/// <summary>What is known of the processes at the other ends of links.</summary>
public static class PeerProcesses
{
    /// <summary>
    /// Lets links to a process, also those of a hub, end with its exit code: in <see cref="Ending.ExitCode"/>,
    /// <see cref="ConnectionLostException.ExitCode"/> and the message of <see cref="WritersLostException"/>.
    /// </summary>
    /// <param name="processId">The process, as its parent knows it.</param>
    /// <param name="exitCode">Done when it is gone. A link to it that is lost waits for this, at most 1 s, before it ends.</param>
    /// <returns>Ends the watch. Links that had begun before keep it.</returns>
    /// <exception cref="InvalidOperationException">The process is watched already.</exception>
    public static IDisposable Watch(int processId, Task<int> exitCode)
    {
        ArgumentNullException.ThrowIfNull(exitCode);
        return ExitWatch.Begin(processId, exitCode);
    }
}
