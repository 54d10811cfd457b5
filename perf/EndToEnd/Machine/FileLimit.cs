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
