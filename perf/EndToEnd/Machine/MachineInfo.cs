using System.Globalization;
using System.Runtime;
using System.Runtime.InteropServices;

namespace EndToEnd.Machine;

/// <summary>Where, when and how a result file was measured.</summary>
internal sealed record MachineInfo
{
    private const double BusyLoad = 1;

    public required string Os { get; init; }

    public required string Architecture { get; init; }

    public required string Processor { get; init; }

    /// <summary>Cores of the machine.</summary>
    public required int Cores { get; init; }

    /// <summary>The cores that every process was confined to.</summary>
    public required string UsedCores { get; init; }

    public required double MemoryGiB { get; init; }

    public required string Runtime { get; init; }

    public required string Gc { get; init; }

    /// <summary>
    /// How many threads of the machine ran or waited to, on average, in the minute before; null where the system does not tell.
    /// </summary>
    public double? Load { get; init; }

    public required DateTimeOffset Time { get; init; }

    /// <summary>Pairs a row; null where rows and series say it themselves.</summary>
    public int? Pairs { get; init; }

    /// <summary>Of each pair; null where rows and series say it themselves.</summary>
    public double? SecondsPerSide { get; init; }

    public static MachineInfo Read(string usedCores, Plan? plan = null) => new()
    {
        Os = RuntimeInformation.OSDescription,
        Architecture = RuntimeInformation.OSArchitecture.ToString(),
        Processor = ProcessorName(),
        Cores = Environment.ProcessorCount,
        UsedCores = usedCores,
        MemoryGiB = Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1 << 30), 1),
        Runtime = RuntimeInformation.FrameworkDescription,
        Gc = (GCSettings.IsServerGC ? "server" : "workstation") + (GCSettings.LatencyMode == GCLatencyMode.Interactive ? ", concurrent" : ""),
        Load = LoadBefore(),
        Time = DateTimeOffset.UtcNow,
        Pairs = plan?.Pairs,
        SecondsPerSide = plan?.Duration.TotalSeconds,
    };

    /// <summary>Whether figures from there can stand beside figures from here.</summary>
    public bool IsSame(MachineInfo other) =>
        (Os, Architecture, Processor, Cores, Runtime, Gc) == (other.Os, other.Architecture, other.Processor, other.Cores, other.Runtime, other.Gc);

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Processor}, {Cores} cores (used: {UsedCores}), {MemoryGiB} GiB; {Os}; {Runtime}, {Gc} GC{PlanText()}{LoadText()}; {Time:yyyy-MM-dd}");

    private string PlanText() =>
        Pairs is { } pairs ? string.Create(CultureInfo.InvariantCulture, $"; {pairs} pairs of {SecondsPerSide} s") : "";

    private string LoadText() => Load is { } load
        ? string.Create(CultureInfo.InvariantCulture, $"; load before: {load:N1}{(load >= BusyLoad ? " (busy with other work: not for a conclusion)" : "")}")
        : "";

    private static double? LoadBefore()
    {
        const string Facts = "/proc/loadavg";
        return File.Exists(Facts) ? double.Parse(File.ReadAllText(Facts).Split(' ')[0], CultureInfo.InvariantCulture) : null;
    }

    private static string ProcessorName()
    {
        const string Facts = "/proc/cpuinfo";
        string? line = File.Exists(Facts) ? File.ReadLines(Facts).FirstOrDefault(static line => line.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()
            ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER")
            ?? "unknown";
    }
}
