using System.Text.Json.Serialization;
using EndToEnd.Results;

namespace EndToEnd.Counters;

/// <summary>What an item may cost. All are read in every process of a side, and added up.</summary>
internal enum Counter
{
    /// <summary>The row's own figure, as time: for a rate its inverse.</summary>
    [JsonStringEnumMemberName("time")]
    Time,

    /// <summary>Processor time, of the program and of the system for it.</summary>
    [JsonStringEnumMemberName("cpuTime")]
    CpuTime,

    /// <summary>Calls of the system, counted in rounds of their own.</summary>
    [JsonStringEnumMemberName("systemCalls")]
    SystemCalls,

    /// <summary>A thread waited.</summary>
    [JsonStringEnumMemberName("voluntarySwitches")]
    VoluntarySwitches,

    /// <summary>A thread had to let another run.</summary>
    [JsonStringEnumMemberName("involuntarySwitches")]
    InvoluntarySwitches,

    /// <summary>Bytes allocated on the managed heap.</summary>
    [JsonStringEnumMemberName("allocatedBytes")]
    AllocatedBytes,

    /// <summary>Instructions executed, in user mode.</summary>
    [JsonStringEnumMemberName("instructions")]
    Instructions,
}

/// <summary>How counters are named, counted and compared.</summary>
internal static class CounterInfo
{
    private static readonly Lazy<string?> s_noSystemCalls = new(static () => WhyNot(PerfEvent.SystemCalls));
    private static readonly Lazy<string?> s_noInstructions = new(static () => WhyNot(PerfEvent.Instructions));

    public static readonly IReadOnlyList<Counter> All = Enum.GetValues<Counter>();

    /// <summary>Which counters speak for a row: what they show is good or bad for what the row is about.</summary>
    /// <remarks>
    /// Where both processes work all the time, processor time is what bounds the rate. A percentile of a latency is mostly waiting, for which
    /// nothing but time speaks, and the processes of a pool are not among those that are asked for what they used. The others explain a difference,
    /// and may change without one.
    /// </remarks>
    public static IReadOnlyList<Counter> ThatSpeakFor(RowSpec row) => row switch
    {
        { Unit: "tasks/s" } => [Counter.Time],
        { Id: "connect" } => [Counter.Time, Counter.CpuTime],
        { Unit: var unit } when unit.EndsWith("/s", StringComparison.Ordinal) => [Counter.Time, Counter.CpuTime],
        _ => [Counter.Time],
    };

    /// <summary>As a table names it.</summary>
    public static string Name(Counter counter) => counter switch
    {
        Counter.Time => "time",
        Counter.CpuTime => "processor time an item",
        Counter.SystemCalls => "system calls an item",
        Counter.VoluntarySwitches => "voluntary switches an item",
        Counter.InvoluntarySwitches => "involuntary switches an item",
        Counter.AllocatedBytes => "allocated bytes an item",
        _ => "instructions an item",
    };

    /// <summary>What is as good as nothing, added to every cost before it is divided by another.</summary>
    public static double Resolution(Counter counter) => counter switch
    {
        Counter.Time => 0,
        Counter.CpuTime => 1e-3,
        Counter.AllocatedBytes => 1e-2,
        Counter.Instructions => 1,
        _ => 1e-4,
    };

    /// <summary>Why it is not counted here; null if it is.</summary>
    public static string? WhyNot(Counter counter) => counter switch
    {
        Counter.SystemCalls => s_noSystemCalls.Value,
        Counter.Instructions => s_noInstructions.Value,
        Counter.VoluntarySwitches or Counter.InvoluntarySwitches when !OperatingSystem.IsLinux() => "only Linux counts it",
        _ => null,
    };

    // Not kept open: what is counted is slower, and processes that are started inherit it.
    private static string? WhyNot(PerfEvent counted)
    {
        using PerfEvents events = PerfEvents.Open(counted);
        return events.WhyNot;
    }
}
