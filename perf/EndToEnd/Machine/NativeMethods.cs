using System.Runtime.InteropServices;

namespace EndToEnd.Machine;

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
