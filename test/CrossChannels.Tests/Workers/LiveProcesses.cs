using System.Globalization;

namespace CrossChannels.Tests.Workers;

/// <summary>What the system says of processes.</summary>
internal static class LiveProcesses
{
    /// <summary>True while a process runs; not for one that is gone, or a zombie.</summary>
    public static bool IsAlive(int processId) => Signals.State(processId) is not ('?' or 'Z' or 'X');

    /// <summary>The processes whose parent is <paramref name="processId"/>.</summary>
    public static List<int> ChildrenOf(int processId)
    {
        var children = new List<int>();
        foreach (string directory in Directory.GetDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out int id) && Parent(id) == processId)
                children.Add(id);
        }
        return children;
    }

    private static int Parent(int processId)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{processId}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 4)..].Split(' ')[0], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
