using System.Globalization;
using System.Text;

namespace CrossChannels.Tests.Samples;

/// <summary>Finds a process and all that it started, wherever their parents are, by a variable that each has inherited.</summary>
internal static class MarkedProcesses
{
    public const string Variable = "CROSSCHANNELS_TEST_MARK";

    /// <summary>The processes with this mark that live.</summary>
    public static int[] Find(string mark)
    {
        string wanted = $"{Variable}={mark}";
        return [.. Directory.GetDirectories("/proc").Select(Path.GetFileName)
            .Where(static name => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .Where(id => EnvironmentOf(id!).Contains(wanted)).Select(static id => int.Parse(id!, CultureInfo.InvariantCulture))];
    }

    private static string[] EnvironmentOf(string id)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{id}/environ")).Split('\0');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];          // It has gone meanwhile, or is somebody else's.
        }
    }
}
