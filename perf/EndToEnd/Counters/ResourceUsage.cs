using System.Runtime.InteropServices;

namespace EndToEnd.Counters;

/// <summary>How often threads of this process were switched, those that have ended included; NaN where the system does not tell.</summary>
internal readonly partial record struct ResourceUsage(double VoluntarySwitches, double InvoluntarySwitches)
{
    // struct rusage: two times of two words each, then fourteen words, of which the last two are these.
    private const int Words = 18;
    private const int VoluntaryWord = 16;
    private const int InvoluntaryWord = 17;

    public static ResourceUsage Read()
    {
        Span<nint> words = stackalloc nint[Words];
        return OperatingSystem.IsLinux() && GetUsage(0, words) == 0
            ? new(words[VoluntaryWord], words[InvoluntaryWord])
            : new(double.NaN, double.NaN);
    }

    /// <summary>-1 on failure.</summary>
    [LibraryImport("libc", EntryPoint = "getrusage", SetLastError = true)]
    private static partial int GetUsage(int who, Span<nint> usage);
}
