using System.Globalization;
using System.Net.Sockets;

namespace CrossChannels.Transports;

/// <summary>What the system refuses around a socket, in words that say what is wrong and the way out.</summary>
/// <remarks>The number of the error decides, not its type or text: the base class library has one exception for many numbers.</remarks>
internal static class SystemFailure
{
    /// <summary>What is wrong, and the way out, where no file descriptor is left.</summary>
    public const string NoFilesLeft =
        "this process has no file descriptors left, but for a few that the runtime needs. Raise its limit (ulimit -n), or close channels " +
        "and files that it does not need.";

    /// <summary>The number of that error.</summary>
    public const int OutOfFiles = 24; // EMFILE

    private const int NotPermitted = 1; // EPERM
    private const int AccessDenied = 13; // EACCES
    private const int SystemOutOfFiles = 23; // ENFILE
    private const int NoSpace = 28; // ENOSPC
    private const int ReadOnly = 30; // EROFS

    private const string OtherDirectory =
        "Use a directory that this user can write: name it with unix:/path, or, for bare names, in XDG_RUNTIME_DIR (mode 0700).";

    private static int WouldBlock => OperatingSystem.IsLinux() ? 11 : 35; // EWOULDBLOCK

    private static int QuotaExceeded => OperatingSystem.IsLinux() ? 122 : 69; // EDQUOT

    /// <summary>Whether a file could not be opened because another process has it locked.</summary>
    public static bool IsLocked(IOException e) => ErrorOf(e) == WouldBlock;

    /// <summary>Whether no file descriptor was left, which trying again does not change.</summary>
    public static bool IsOutOfFiles(Exception e) => ErrorOf(e) is OutOfFiles or SystemOutOfFiles;

    /// <summary>Whether a directory cannot take a new file for now, and another one may.</summary>
    public static bool IsUnwritable(Exception e) =>
        ErrorOf(e.InnerException ?? e) is { } error
        && (error is ReadOnly or NoSpace or AccessDenied or NotPermitted || error == QuotaExceeded);

    /// <summary>The error for what could not be made.</summary>
    /// <param name="what">What was tried, as <c>Cannot listen at unix:/run/x.sock</c>.</param>
    /// <param name="directory">Where.</param>
    /// <param name="e">What the system said.</param>
    public static EndpointException Explain(string what, string directory, Exception e)
    {
        // Of a bind the base class library keeps no number that it does not know; making a file there fails in the same way.
        if (e is SocketException { SocketErrorCode: SocketError.SocketError })
            e = TryMakeFile(directory) ?? e;

        int? error = ErrorOf(e);
        string reason = error switch
        {
            OutOfFiles => NoFilesLeft,
            SystemOutOfFiles => "the system has no file descriptors left (fs.file-max). Close programs, or raise the limit.",
            ReadOnly => $"the file system of '{directory}' is read-only. {OtherDirectory}",
            NoSpace => $"the file system of '{directory}' has no space or no inodes left (see df and df -i). Free some. {OtherDirectory}",
            AccessDenied or NotPermitted => $"{NotAllowedIn(directory)}. {OtherDirectory}",
            not null when error == QuotaExceeded => $"the quota of this user in '{directory}' is used up. {OtherDirectory}",
            _ => PeerText.MessageOf(e),
        };
        return new EndpointException($"{what}: {reason}", e);
    }

    private static string NotAllowedIn(string directory)
    {
        uint user = NativeMethods.GetEffectiveUserId();
        try
        {
            return UnixFileStatus.Read(directory) is { } status
                ? $"user {user}, as whom this process runs, may not write to '{directory}', which belongs to user {status.UserId} " +
                    $"(mode {status.Permissions})"
                : $"user {user}, as whom this process runs, may not create '{directory}'";
        }
        catch (EndpointException)
        {
            return $"user {user}, as whom this process runs, may not look into '{directory}'";
        }
    }

    private static int? ErrorOf(Exception e) => e switch
    {
        SocketException { SocketErrorCode: SocketError.TooManyOpenSockets } => OutOfFiles,
        SocketException { SocketErrorCode: SocketError.AccessDenied } => AccessDenied,
        UnauthorizedAccessException => AccessDenied,
        // Errors that have no exception of their own carry the system's number.
        IOException when e.HResult is > 0 and < 4096 => e.HResult,
        _ => null,
    };

    private static IOException? TryMakeFile(string directory)
    {
        try
        {
            string path = Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $".probe-{Environment.ProcessId}"));
            using var probe = new FileStream(
                path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
            return null;
        }
        catch (IOException e)
        {
            return e;
        }
        catch (UnauthorizedAccessException e)
        {
            return e.InnerException as IOException;
        }
    }
}
