namespace CrossChannels.Transports;

/// <summary>The right to make, judge and unlink sockets in a directory; held for moments, and lost with its process.</summary>
internal sealed class DirectoryLock : IDisposable
{
    private readonly FileStream _file;

    private DirectoryLock(FileStream file) => _file = file;

    /// <summary>Waits for the lock, at most <paramref name="timeout"/> of real time.</summary>
    /// <exception cref="EndpointException">The lock file cannot be opened, or somebody holds it for too long.</exception>
    public static async ValueTask<DirectoryLock> AcquireAsync(string directory, TimeSpan timeout, CancellationToken cancellationToken)
    {
        string path = Path.Combine(directory, ".lock");
        FileStreamOptions options = new()
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        long start = TimeProvider.System.GetTimestamp();
        for (int delay = 1; ; delay = Math.Min(delay * 2, 50))
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                return new(new FileStream(path, options));
            }
            catch (Exception e) when (e is UnauthorizedAccessException or DirectoryNotFoundException)
            {
                throw new EndpointException($"The lock file '{path}' cannot be opened: {e.Message}", e);
            }
            catch (IOException e)
            {
                if (TimeProvider.System.GetElapsedTime(start) >= timeout)
                {
                    throw new EndpointException(
                        $"The lock file '{path}' could not be had within {timeout.TotalSeconds:0.#} s; " +
                        $"is a process stopped that holds it? {e.Message}",
                        e);
                }
            }

            await Task.Delay(delay, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Gives the lock back.</summary>
    public void Dispose() => _file.Dispose();
}
