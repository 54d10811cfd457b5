using System.Runtime.InteropServices;
using EndToEnd.Machine;

namespace EndToEnd.Counters;

/// <summary>What a process has used so far; NaN for what cannot be counted here.</summary>
/// <remarks>It crosses the process boundary as a list of numbers, in the order of the properties.</remarks>
internal readonly record struct CounterReading(
    double CpuNanoseconds, double SystemCalls, double VoluntarySwitches, double InvoluntarySwitches, double AllocatedBytes, double Instructions)
{
    private static PerfEvents? s_systemCalls;
    private static PerfEvents? s_instructions;

    /// <summary>Of this process. Instructions are counted from the first reading on.</summary>
    public static CounterReading Take()
    {
        s_instructions ??= PerfEvents.Open(PerfEvent.Instructions);
        ResourceUsage usage = ResourceUsage.Read();
        return new(
            ProcessClock.Milliseconds() * 1e6, s_systemCalls?.Read() ?? double.NaN, usage.VoluntarySwitches, usage.InvoluntarySwitches,
            GC.GetTotalAllocatedBytes(precise: true), s_instructions.Read());
    }

    /// <summary>Counts system calls from now on, which slows all of them down on this machine until this process ends.</summary>
    public static void CountSystemCalls() => s_systemCalls ??= PerfEvents.Open(PerfEvent.SystemCalls);

    public static CounterReading Of(double[] figures) => new(figures[0], figures[1], figures[2], figures[3], figures[4], figures[5]);

    public double[] ToFigures() => [CpuNanoseconds, SystemCalls, VoluntarySwitches, InvoluntarySwitches, AllocatedBytes, Instructions];

    public static CounterReading operator +(CounterReading left, CounterReading right) => Of(left, right, static (a, b) => a + b);

    public static CounterReading operator -(CounterReading left, CounterReading right) => Of(left, right, static (a, b) => a - b);

    private static CounterReading Of(CounterReading left, CounterReading right, Func<double, double, double> combine) =>
        Of([.. left.ToFigures().Zip(right.ToFigures(), combine)]);
}

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
