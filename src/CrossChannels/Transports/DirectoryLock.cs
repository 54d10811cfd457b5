using System.Runtime.Versioning;

namespace CrossChannels.Transports;

/// <summary>The right to make, judge and unlink sockets in a directory; held for moments, and lost with its process.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed class DirectoryLock : IDisposable
{
    /// <summary>How long to wait for it: many processes that start at once on a busy machine take turns.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly FileStream _file;

    private DirectoryLock(FileStream file) => _file = file;

    /// <summary>Waits for the lock, at most <paramref name="timeout"/> of real time.</summary>
    /// <param name="directory">Where.</param>
    /// <param name="timeout">Only a process that is stopped holds it for long.</param>
    /// <param name="allowGroup">Whether the group of the directory takes part.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="EndpointException">The lock file cannot be made or opened, or is held for too long.</exception>
    public static async ValueTask<DirectoryLock> AcquireAsync(
        string directory, TimeSpan timeout, bool allowGroup, CancellationToken cancellationToken)
    {
        string path = Path.Combine(directory, ".lock");
        UnixFileMode mode = allowGroup ? OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.GroupWrite : OwnerOnly;
        long start = TimeProvider.System.GetTimestamp();
        for (int delay = 1; ; delay = Math.Min(delay * 2, 50))
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                return new DirectoryLock(Open(path, mode));
            }
            catch (IOException e) when (SystemFailure.IsLocked(e))
            {
                if (TimeProvider.System.GetElapsedTime(start) >= timeout)
                {
                    throw new EndpointException(
                        $"Another process has held the lock file '{path}' for {timeout.TotalSeconds:0.#} s, and it is needed only for " +
                        $"moments. Is that process stopped? Find it with: fuser -v '{path}'",
                        e);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw Refused(path, directory, e);
            }

            await Task.Delay(delay, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Gives the lock back.</summary>
    public void Dispose() => _file.Dispose();

    private static FileStream Open(string path, UnixFileMode mode)
    {
        FileStream file = DescriptorReserve.Check(new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            BufferSize = 0,
            UnixCreateMode = mode,
        }));
        try
        {
            // The umask has taken the group's rights from a file that was made just now; another user's file is not ours to change.
            if (File.GetUnixFileMode(file.SafeFileHandle) is var actual && (actual & mode) != mode
                && UnixFileStatus.Read(path) is { } status && status.UserId == NativeMethods.GetEffectiveUserId())
            {
                File.SetUnixFileMode(file.SafeFileHandle, actual | mode);
            }

            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static EndpointException Refused(string path, string directory, Exception e)
    {
        const string What = "A socket cannot be made";
        if (e is UnauthorizedAccessException
            && UnixFileStatus.Read(path) is { } status && status.UserId != NativeMethods.GetEffectiveUserId())
        {
            return new EndpointException(
                $"{What} in '{directory}': the lock file '{path}' belongs to user {status.UserId} (mode {status.Permissions}), and " +
                $"this process runs as user {NativeMethods.GetEffectiveUserId()}. Use a directory of this user; or, for users of one group, set " +
                $"{nameof(ConnectionOptions)}.{nameof(ConnectionOptions.AllowGroup)} in all of them.",
                e);
        }

        return SystemFailure.Explain($"{What} in '{directory}'", directory, e);
    }
}
