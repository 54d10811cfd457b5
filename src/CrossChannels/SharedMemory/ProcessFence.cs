using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace CrossChannels.SharedMemory;

/// <summary>A full fence on every running thread of the processes that take part, paid by the one that asks for it.</summary>
/// <remarks>
/// With it, who parks pays for the order of its store and its next load, and who publishes pays nothing: see
/// <c>docs/shared-memory.md</c>. Linux 4.16 and later, <c>membarrier(2)</c>; each process registers once.
/// </remarks>
[SupportedOSPlatform("linux")]
internal static class ProcessFence
{
    private static readonly nint s_number = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 324,
        Architecture.Arm64 => 283,
        _ => -1,
    };

    /// <summary>Whether this process takes part. Tried once.</summary>
    public static bool IsAvailable { get; } = s_number >= 0 && Call(LinuxMemory.RegisterGlobalExpedited) && Call(LinuxMemory.GlobalExpedited);

    /// <summary>Everything that any thread of a process that takes part did before is seen by this one, and the other way round.</summary>
    public static void Full()
    {
        if (!Call(LinuxMemory.GlobalExpedited))
            throw new InvalidOperationException($"membarrier failed, which it did not before: error {Marshal.GetLastPInvokeError()}.");
    }

    private static bool Call(int command) => LinuxMemory.Call(s_number, command, 0, 0) == 0;
}
