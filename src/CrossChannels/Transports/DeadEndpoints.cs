using System.Runtime.Versioning;

namespace CrossChannels.Transports;

/// <summary>Sockets of killed processes under names that nobody will listen at again, and so nobody would reclaim.</summary>
[UnsupportedOSPlatform("windows")]
internal static class DeadEndpoints
{
    private static readonly TimeSpan s_lockTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Removes those that are dead, and older than endpoints of their kind commonly live. What cannot be removed stays.</summary>
    public static async ValueTask RemoveAsync(string directory, string pattern, TimeSpan age, CancellationToken cancellationToken)
    {
        try
        {
            DateTime before = DateTime.UtcNow - age;
            string[] old = [.. Directory.EnumerateFiles(directory, pattern).Where(path => File.GetLastWriteTimeUtc(path) <= before)];
            if (old.Length == 0)
                return;
            using (await DirectoryLock.AcquireAsync(directory, s_lockTimeout, cancellationToken).ConfigureAwait(false))
            {
                foreach (string path in old)
                {
                    if (UnixEndpoint.Probe(path) == UnixEndpointState.Dead)
                        File.Delete(path);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Somebody else may be at it, or have put something else there.
        }
    }
}
