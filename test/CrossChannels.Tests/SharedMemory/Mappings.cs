using System.Globalization;

namespace CrossChannels.Tests.SharedMemory;

/// <summary>The segments that a process has mapped, as the kernel says.</summary>
internal static class Mappings
{
    /// <summary>How many there are.</summary>
    public static int Count(int processId) => File.ReadLines($"/proc/{processId}/maps").Count(IsSegment);

    /// <summary>Where those of this process begin and end.</summary>
    public static List<(nint Start, nint End)> Ranges() =>
    [
        .. File.ReadLines("/proc/self/maps").Where(IsSegment).Select(static line =>
        {
            string[] ends = line[..line.IndexOf(' ', StringComparison.Ordinal)].Split('-');
            return (nint.Parse(ends[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture), nint.Parse(ends[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        }),
    ];

    /// <summary>Bytes of this process's segments that are resident.</summary>
    public static long ResidentBytes()
    {
        long kilobytes = 0;
        bool isSegment = false;
        foreach (string line in File.ReadLines("/proc/self/smaps"))
        {
            if (line.StartsWith("Rss:", StringComparison.Ordinal))
                kilobytes += isSegment ? long.Parse(line.AsSpan()[4..^2].Trim(), CultureInfo.InvariantCulture) : 0;
            else if (line.Contains('-', StringComparison.Ordinal) && !line.StartsWith("VmFlags", StringComparison.Ordinal))
                isSegment = IsSegment(line);
        }
        return kilobytes * 1024;
    }

    private static bool IsSegment(string line) => line.Contains("/memfd:crosschannels", StringComparison.Ordinal);
}
