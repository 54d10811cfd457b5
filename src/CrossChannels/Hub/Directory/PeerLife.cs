namespace CrossChannels.Hub;

/// <summary>What the system says of the process at the other end, where it is on this machine.</summary>
internal static class PeerLife
{
    /// <summary>Whether the process is there and may run: it is not stopped by a signal. A process that a debugger holds counts, as one that only waits does.</summary>
    /// <returns>False also where that is not known: another machine, another system, or this process itself.</returns>
    public static bool IsAtWork(int? processId)
    {
        if (!OperatingSystem.IsLinux() || processId is not (> 0 and { } id) || id == Environment.ProcessId)
            return false;
        try
        {
            // proc(5): the state follows the name, which stands in parentheses and may contain any character.
            string stat = File.ReadAllText($"/proc/{id}/stat");
            int end = stat.LastIndexOf(')');
            return end >= 0 && end + 2 < stat.Length && stat[end + 2] is ('R' or 'S' or 'D' or 'I' or 't');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
