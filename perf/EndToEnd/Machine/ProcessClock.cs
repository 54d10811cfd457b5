using System.Diagnostics;

namespace EndToEnd.Machine;

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
