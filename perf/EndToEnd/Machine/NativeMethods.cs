using System.Diagnostics;
using System.Runtime.InteropServices;

namespace EndToEnd.Machine;

/// <summary>How many files a process may hold open; .NET raises its own limit to what it may when it starts.</summary>
internal static class FileLimit
{
    private const long Spare = 200;

    /// <summary>Why one process cannot hold so many sockets open; null if it can, or nothing is known.</summary>
    public static string? WhyNot(int sockets) =>
        OperatingSystem.IsLinux() && NativeMethods.GetLimit(NativeMethods.OpenFilesLimit, out NativeMethods.Limit limit) == 0
            && limit.Hard < (nuint)(sockets + Spare)
            ? $"{sockets} sockets and {Spare} other files are needed, and a process may open {limit.Hard}"
            : null;
}

/// <summary>The processor time of this process.</summary>
internal static class ProcessClock
{
    /// <summary>In milliseconds; to the nanosecond on Linux, where the base class library counts in steps of 10 ms.</summary>
    public static double Milliseconds()
    {
        if (OperatingSystem.IsLinux() && NativeMethods.GetClock(NativeMethods.ProcessCpuClock, out NativeMethods.Time time) == 0)
            return (time.Seconds * 1e3) + (time.Nanoseconds / 1e6);
        using Process self = Process.GetCurrentProcess();
        return self.TotalProcessorTime.TotalMilliseconds;
    }
}

/// <summary>What the base class library does not offer on Linux: which cores, how many files, how much processor time exactly.</summary>
internal static partial class NativeMethods
{
    public const int ProcessCpuClock = 2;
    public const int OpenFilesLimit = 7;

    /// <summary>-1 on failure; otherwise nothing on success.</summary>
    [LibraryImport("libc", EntryPoint = "sched_getaffinity", SetLastError = true)]
    internal static partial int GetAffinity(int thread, nint bytes, Span<byte> mask);

    /// <summary>-1 on failure.</summary>
    [LibraryImport("libc", EntryPoint = "sched_setaffinity", SetLastError = true)]
    internal static partial int SetAffinity(int thread, nint bytes, ReadOnlySpan<byte> mask);

    /// <summary>-1 on failure.</summary>
    [LibraryImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    internal static partial int GetClock(int clock, out Time time);

    /// <summary>-1 on failure.</summary>
    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    internal static partial int GetLimit(int resource, out Limit limit);

    [StructLayout(LayoutKind.Sequential)]
    internal struct Time
    {
        public nint Seconds;
        public nint Nanoseconds;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct Limit
    {
        public nuint Soft;
        public nuint Hard;
    }
}
