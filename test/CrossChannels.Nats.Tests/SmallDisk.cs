using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace CrossChannels.Nats.Tests;

/// <summary>A disk of a few megabytes, in memory, which only root may mount.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly TempDirectory _directory = new();

    private SmallDisk()
    {
    }

    public string Path => _directory.Path;

    /// <summary>Mounts one; or skips the test, and says why.</summary>
    public static SmallDisk Mount(int megabytes)
    {
        var disk = new SmallDisk();
        if (Run("mount", "-t", "tmpfs", "-o", SizeOf(megabytes), "tmpfs", disk.Path) is not { } error)
            return disk;
        disk._directory.Dispose();
        Assert.Inconclusive($"It needs a disk that fills up, and this user may mount none: {error}");
        return disk;
    }

    /// <summary>Makes room.</summary>
    public void Grow(int megabytes) => Assert.IsNull(Run("mount", "-o", $"remount,{SizeOf(megabytes)}", Path));

    public void Dispose()
    {
        string? error = Run("umount", "--lazy", Path);
        Assert.IsNull(error, error);
        _directory.Dispose();
    }

    private static string SizeOf(int megabytes) => string.Create(CultureInfo.InvariantCulture, $"size={megabytes}m");

    /// <returns>Null if it went well.</returns>
    private static string? Run(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
            string error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? null : error.Trim();
        }
        catch (Win32Exception e)
        {
            return e.Message;
        }
    }
}
