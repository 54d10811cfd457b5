using System.Globalization;
using System.Runtime.Versioning;

namespace CrossChannels.Transports;

/// <summary>Sockets of killed processes under names that no process will use again, and so none would reclaim.</summary>
[UnsupportedOSPlatform("windows")]
internal static class StaleSockets
{
    private static readonly TimeSpan s_lockTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_uniqueAge = TimeSpan.FromMinutes(2);

    private static int s_sweeps;

    /// <summary>
    /// Removes those of <see cref="ChannelAddress.Unique"/> beside one that has such a name; once in the life of this process.
    /// </summary>
    public static ValueTask RemoveUniqueOnceAsync(string path) =>
        OwnerOf(path) is not null && Interlocked.Exchange(ref s_sweeps, 1) == 0
            ? RemoveUniqueAsync(Path.GetDirectoryName(path)!)
            : default;

    /// <summary>Removes those of <see cref="ChannelAddress.Unique"/>.</summary>
    /// <remarks>One whose process lives is not looked at: its listener would see that.</remarks>
    public static ValueTask RemoveUniqueAsync(string directory) =>
        RemoveAsync(
            directory,
            "*-????????.sock",
            s_uniqueAge,
            CancellationToken.None,
            static path => OwnerOf(path) is { } owner && !Directory.Exists($"/proc/{owner}"));

    /// <summary>Removes those that are dead, and older than endpoints of their kind commonly live. What cannot be removed stays.</summary>
    public static async ValueTask RemoveAsync(
        string directory, string pattern, TimeSpan age, CancellationToken cancellationToken, Func<string, bool>? isMeant = null)
    {
        try
        {
            DateTime before = DateTime.UtcNow - age;
            string[] old = [.. Directory.EnumerateFiles(directory, pattern)
                .Where(path => isMeant?.Invoke(path) != false && File.GetLastWriteTimeUtc(path) <= before)];
            if (old.Length == 0)
                return;
            using (await DirectoryLock.AcquireAsync(directory, s_lockTimeout, allowGroup: false, cancellationToken).ConfigureAwait(false))
            {
                foreach (string path in old)
                {
                    if (UnixSocketProbe.Probe(path) == UnixSocketState.Dead)
                        File.Delete(path);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another process may be removing them, or have put something else there.
        }
    }

    /// <summary>The process in a unique name, name-process-random; <see langword="null"/> for other names.</summary>
    private static int? OwnerOf(string path)
    {
        string[] parts = Path.GetFileNameWithoutExtension(path).Split('-');
        return parts.Length >= 3 && parts[^1].Length == ChannelAddress.UniqueDigits && parts[^1].All(char.IsAsciiHexDigitLower)
            && int.TryParse(parts[^2], NumberStyles.None, CultureInfo.InvariantCulture, out int process)
                ? process
                : null;
    }
}
