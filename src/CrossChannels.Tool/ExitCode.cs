namespace CrossChannels.Tool;

/// <summary>What the process ends with; scripts may rely on it.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>The command failed: refused, lost, not readable. Standard error says why.</summary>
    public const int Failure = 1;

    /// <summary>The command line, or a line of the input, makes no sense.</summary>
    public const int BadUsage = 2;

    /// <summary>Items were left in a hub that ended, or were not received by one that items were sent to.</summary>
    public const int ItemsLeft = 3;

    /// <summary>The time is up: nothing listens at the address, or nothing came.</summary>
    public const int TimedOut = 4;

    /// <summary>Who reads the output is gone, as for a process that SIGPIPE ends.</summary>
    public const int OutputClosed = 141;
}
