using System.Text.Json.Serialization;

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
