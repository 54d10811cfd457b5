using System.Globalization;
using System.Runtime.InteropServices;

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

/// <summary>
/// Counts one kind of event in every thread of this process, those to come and those of processes that it starts included, until it is
/// disposed or the process ends.
/// </summary>
internal sealed partial class PerfEvents : IDisposable
{
    private const int InheritFlag = 1 << 1;
    private const int ExcludeKernelFlag = 1 << 5;
    private const int CloseOnExec = 1 << 3;

    // The thread ended before it was counted.
    private const int NoSuchThread = 3;

    private readonly List<int> _files = [];

    private PerfEvents()
    {
    }

    /// <summary>Why nothing is counted; null if it is.</summary>
    public string? WhyNot { get; private set; }

    public static PerfEvents Open(PerfEvent counted)
    {
        var events = new PerfEvents();
        events.WhyNot = events.TryOpen(counted);
        return events;
    }

    /// <summary>How many so far; NaN if nothing is counted.</summary>
    public double Read()
    {
        if (WhyNot is not null)
            return double.NaN;
        long sum = 0;
        foreach (int file in _files)
        {
            if (ReadCount(file, out long count, sizeof(long)) != sizeof(long))
                return double.NaN;
            sum += count;
        }
        return sum;
    }

    public void Dispose()
    {
        foreach (int file in _files)
            _ = Close(file);
        _files.Clear();
    }

    private string? TryOpen(PerfEvent counted)
    {
        if (!OperatingSystem.IsLinux())
            return "only Linux counts it";
        if (counted.Config is not { } config)
            return $"the system shows no tracepoint to this user; root may mount them (mount -t tracefs nodev {PerfEvent.TracingRoot})";
        int call = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => 298,
            Architecture.Arm64 => 241,
            _ => -1,
        };
        if (call < 0)
            return $"not known how on {RuntimeInformation.ProcessArchitecture}";

        var attributes = new Attributes
        {
            Type = counted.Type,
            Size = (uint)Marshal.SizeOf<Attributes>(),
            Config = config,
            Flags = (ulong)(InheritFlag | (counted.IsUserOnly ? ExcludeKernelFlag : 0)),
        };
        // A thread inherits from the one that starts it: each thread of now, and through them each of later, is counted once.
        foreach (string task in Directory.EnumerateDirectories("/proc/self/task"))
        {
            int thread = int.Parse(Path.GetFileName(task), CultureInfo.InvariantCulture);
            int file = (int)OpenEvent(call, in attributes, thread, -1, -1, CloseOnExec);
            int error = Marshal.GetLastPInvokeError();
            if (file >= 0)
                _files.Add(file);
            else if (error != NoSuchThread)
                return $"perf_event_open: {Marshal.GetPInvokeErrorMessage(error)}";
        }
        return null;
    }

    /// <summary>-1 on failure.</summary>
    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint OpenEvent(nint call, in Attributes attributes, nint thread, nint core, nint group, nint flags);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint ReadCount(int file, out long count, nint bytes);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);

    /// <summary>The first version of struct perf_event_attr, which every kernel takes.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Attributes
    {
        public uint Type;
        public uint Size;
        public ulong Config;
        public ulong SamplePeriod;
        public ulong SampleType;
        public ulong ReadFormat;
        public ulong Flags;
        public uint WakeupEvents;
        public uint BreakpointType;
        public ulong BreakpointAddress;
    }
}
