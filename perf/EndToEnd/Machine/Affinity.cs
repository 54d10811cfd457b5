using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;

namespace EndToEnd.Machine;

/// <summary>Confines this process, and the processes that it starts later, to two cores.</summary>
/// <remarks>
/// Both sides of every pair get the same two cores: two processes as well as the two threads of a baseline within one process.
/// No thread is bound to one core, because awaits go on on any thread of the pool, in process and across.
/// </remarks>
internal static class Affinity
{
    private const int Cores = 2;
    private const int MaskBytes = 128;

    /// <summary>Takes the first two cores that this process may use.</summary>
    /// <returns>Which; for the report.</returns>
    public static string Pin()
    {
        if (OperatingSystem.IsLinux())
            return PinLinux();
        if (OperatingSystem.IsWindows())
            return PinWindows();
        return "any";
    }

    [SupportedOSPlatform("linux")]
    private static string PinLinux()
    {
        Span<byte> allowed = stackalloc byte[MaskBytes];
        if (NativeMethods.GetAffinity(0, MaskBytes, allowed) < 0)
            return "any";

        Span<byte> chosen = stackalloc byte[MaskBytes];
        chosen.Clear();
        var cores = new List<string>();
        for (int core = 0; core < MaskBytes * 8 && cores.Count < Cores; core++)
        {
            int bit = allowed[core / 8] & (1 << (core % 8));
            chosen[core / 8] |= (byte)bit;
            if (bit != 0)
                cores.Add(core.ToString(CultureInfo.InvariantCulture));
        }

        // A new thread, and a new process, inherits from the thread that starts it, so each thread is set.
        foreach (string task in Directory.EnumerateDirectories("/proc/self/task"))
        {
            int thread = int.Parse(Path.GetFileName(task), CultureInfo.InvariantCulture);
            if (NativeMethods.SetAffinity(thread, MaskBytes, chosen) < 0)
                return "any";
        }
        return string.Join(',', cores);
    }

    [SupportedOSPlatform("windows")]
    private static string PinWindows()
    {
        using Process self = Process.GetCurrentProcess();
        long allowed = self.ProcessorAffinity, chosen = 0;
        var cores = new List<string>();
        for (int core = 0; core < 64 && cores.Count < Cores; core++)
        {
            if ((allowed & (1L << core)) == 0)
                continue;
            chosen |= 1L << core;
            cores.Add(core.ToString(CultureInfo.InvariantCulture));
        }
        self.ProcessorAffinity = (nint)chosen;
        return string.Join(',', cores);
    }
}
