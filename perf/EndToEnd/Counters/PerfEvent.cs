using System.Globalization;

namespace EndToEnd.Counters;

/// <summary>An event that Linux counts.</summary>
/// <param name="Type">The kind of the event, as perf_event_open(2) numbers it.</param>
/// <param name="Config">Which of its kind; null where the system does not say.</param>
/// <param name="IsUserOnly">Whether what the kernel does is left out.</param>
internal sealed record PerfEvent(uint Type, ulong? Config, bool IsUserOnly)
{
    /// <summary>Where the system shows its tracepoints.</summary>
    public const string TracingRoot = "/sys/kernel/tracing";

    private const uint Hardware = 0;
    private const uint Tracepoint = 2;

    public static readonly PerfEvent Instructions = new(Hardware, 1, IsUserOnly: true);

    public static readonly PerfEvent SystemCalls = new(Tracepoint, TracepointId("raw_syscalls/sys_enter"), IsUserOnly: false);

    private static ulong? TracepointId(string name)
    {
        foreach (string root in (string[])[TracingRoot, "/sys/kernel/debug/tracing"])
        {
            try
            {
                return ulong.Parse(File.ReadAllText($"{root}/events/{name}/id"), CultureInfo.InvariantCulture);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Not mounted there, or not for this user.
            }
        }
        return null;
    }
}
