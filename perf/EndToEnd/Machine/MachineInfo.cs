using System.Globalization;
using System.Runtime;
using System.Runtime.InteropServices;

namespace EndToEnd.Machine;

/// <summary>Where, when and how a result file was measured.</summary>
internal sealed record MachineInfo
{
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

    public required DateTimeOffset Time { get; init; }

    public required int Pairs { get; init; }

    public required double SecondsPerSide { get; init; }

    public static MachineInfo Read(string usedCores, Plan plan) => new()
    {
        Os = RuntimeInformation.OSDescription,
        Architecture = RuntimeInformation.OSArchitecture.ToString(),
        Processor = ProcessorName(),
        Cores = Environment.ProcessorCount,
        UsedCores = usedCores,
        MemoryGiB = Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1 << 30), 1),
        Runtime = RuntimeInformation.FrameworkDescription,
        Gc = (GCSettings.IsServerGC ? "server" : "workstation") + (GCSettings.LatencyMode == GCLatencyMode.Interactive ? ", concurrent" : ""),
        Time = DateTimeOffset.UtcNow,
        Pairs = plan.Pairs,
        SecondsPerSide = plan.Duration.TotalSeconds,
    };

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Processor}, {Cores} cores (used: {UsedCores}), {MemoryGiB} GiB; {Os}; {Runtime}, {Gc} GC; {Pairs} pairs of {SecondsPerSide} s; {Time:yyyy-MM-dd}");

    private static string ProcessorName()
    {
        const string Facts = "/proc/cpuinfo";
        string? line = File.Exists(Facts) ? File.ReadLines(Facts).FirstOrDefault(static line => line.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()
            ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER")
            ?? "unknown";
    }
}
