using System.Globalization;

namespace EndToEnd.Peers;

/// <summary>The lines between the program and its peers: one request, one answer.</summary>
internal static class Requests
{
    /// <summary>With seconds: short rounds for so long, whose figures do not count.</summary>
    public const string WarmUp = "warm-up";

    /// <summary>With seconds: one round.</summary>
    public const string Run = "run";

    /// <summary>Bytes that this process has allocated so far.</summary>
    public const string Allocated = "allocated";

    /// <summary>Managed bytes in use after a full collection.</summary>
    public const string Memory = "memory";

    /// <summary>Milliseconds of processor time so far.</summary>
    public const string Cpu = "cpu";

    /// <summary>Everything that this process has used so far.</summary>
    public const string Counters = "counters";

    /// <summary>Counts system calls as well from now on.</summary>
    public const string CountCalls = "count-calls";

    public const string Ready = "ready";

    public static string Format(IEnumerable<double> figures) => string.Join(' ', figures.Select(static figure => figure.ToString("R", CultureInfo.InvariantCulture)));

    public static double[] Parse(string figures) =>
        [.. figures.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static figure => double.Parse(figure, CultureInfo.InvariantCulture))];
}
