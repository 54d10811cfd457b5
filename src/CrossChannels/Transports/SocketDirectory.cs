using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;

namespace CrossChannels.Transports;

/// <summary>Where the sockets of bare names live, and what makes the directory of a socket safe.</summary>
/// <remarks>
/// Directories above it are not judged: a user who can replace the directory can get in the way, but the credentials check
/// of both ends still refuses every other user.
/// </remarks>
[UnsupportedOSPlatform("windows")]
internal static class SocketDirectory
{
    private const string Extension = ".sock";
    private const string AllowGroup = $"{nameof(ConnectionOptions)}.{nameof(ConnectionOptions.AllowGroup)}";

    // 128 bits of the hash in hexadecimal, and the colon before them.
    private const int HashBytes = 33;

    /// <summary>The directories of this user, the one to listen in first.</summary>
    public static string[] Candidates() =>
        Candidates(Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR"), NativeMethods.GetEffectiveUserId());

    /// <summary>The directories of a user, the one to listen in first.</summary>
    /// <remarks>
    /// Programs started by hand have the variable and those started by cron do not, and they must meet: hence the directory that
    /// the variable usually names is tried without it, and the last resorts are always among the places to look. The last of them is
    /// there for containers whose file system is read-only, which leaves the memory's.
    /// </remarks>
    internal static string[] Candidates(string? runtimeDirectory, uint userId)
    {
        string[] lastResorts = OperatingSystem.IsLinux()
            ? [$"/tmp/crosschannels-{userId}", $"/dev/shm/crosschannels-{userId}"]
            : [$"/tmp/crosschannels-{userId}"];
        return IsSafeRuntimeDirectory(runtimeDirectory, userId) ? [Within(runtimeDirectory!), .. lastResorts]
            : IsSafeRuntimeDirectory($"/run/user/{userId}", userId) ? [Within($"/run/user/{userId}"), .. lastResorts]
            : lastResorts;

        static string Within(string directory) => Path.Combine(directory, "crosschannels");
    }

    /// <summary>The sockets that a name may stand for, the one to listen at first.</summary>
    public static string[] SocketPaths(string name)
    {
        string[] paths = Candidates();
        for (int i = 0; i < paths.Length; i++)
        {
            paths[i] = SocketPath(paths[i], name);
        }

        return paths;
    }

    /// <summary>Whether a path is one that a name stands for, such as the address that a listener at a bare name has.</summary>
    public static bool IsOfName(string path) =>
        path.EndsWith(Extension, StringComparison.Ordinal) && Array.IndexOf(Candidates(), Path.GetDirectoryName(path)) >= 0;

    /// <summary>The socket of a name; a long name is shortened with a hash, alike at both ends.</summary>
    public static string SocketPath(string directory, string name)
    {
        int room = AddressSyntax.MaxUnixPathBytes - Encoding.UTF8.GetByteCount(directory) - 1 - Extension.Length;
        if (Encoding.UTF8.GetByteCount(name) > room)
        {
            string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16));
            StringBuilder start = new();
            int left = room - HashBytes;
            foreach (Rune rune in name.EnumerateRunes())
            {
                left -= rune.Utf8SequenceLength;
                if (left < 0)
                    break;

                start.Append(rune.ToString());
            }

            // No name has a colon, and so no other name comes to the same path.
            name = $"{start}:{hash}";
        }

        return Path.Combine(directory, name + Extension);
    }

    /// <summary>Creates a directory of ours where it does not exist, and checks it.</summary>
    /// <exception cref="EndpointException">Others can enter it, or it is not ours.</exception>
    public static void Create(string directory)
    {
        try
        {
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The checks below say better than this what is wrong with a file in its place.
            if (UnixFileStatus.Read(directory) is null)
            {
                string parent = Path.GetDirectoryName(directory)!;
                throw SystemFailure.Explain($"The directory '{directory}' for the sockets of this user cannot be made", parent, e);
            }
        }

        UnixFileStatus status = Check(directory, allowGroup: false);
        if (status.UserId != NativeMethods.GetEffectiveUserId())
            throw NotOurs(directory, status);

        if (status.IsOpenToOthers)
        {
            throw new EndpointException(
                $"The directory '{directory}' is open to other users (mode {status.Permissions}). Close it with: chmod 700 '{directory}'");
        }
    }

    /// <summary>Whether a directory is there and only this user can enter it.</summary>
    public static bool IsOurs(string directory)
    {
        try
        {
            return UnixFileStatus.Read(directory) is { IsDirectory: true, IsOpenToOthers: false } status
                && status.UserId == NativeMethods.GetEffectiveUserId();
        }
        catch (EndpointException)
        {
            return false;
        }
    }

    /// <summary>Checks that only this user and root can put a socket into a directory, and its group where that is allowed.</summary>
    /// <exception cref="EndpointException">It is not there, not of this user, a symbolic link, or writable by others.</exception>
    public static UnixFileStatus Check(string directory, bool allowGroup)
    {
        UnixFileStatus status = UnixFileStatus.Read(directory)
            ?? throw new EndpointException($"The directory '{directory}' does not exist. {HowToMake(directory)}");
        if (status.IsSymbolicLink)
        {
            throw new EndpointException(
                $"'{directory}' is a symbolic link, which can be turned elsewhere. Use the path of the directory that it leads to.");
        }

        if (!status.IsDirectory)
            throw new EndpointException($"'{directory}' is not a directory, and no socket can be made in it.");

        if (status.IsWritableByAll)
        {
            throw new EndpointException(
                $"Every user can write to the directory '{directory}' (mode {status.Permissions}, as on many container volumes), and " +
                $"could put a socket of theirs in place of this one. Use a bare name, or a directory within it that only this user can " +
                $"write: mkdir -m 700 '{directory}/own', and unix:{directory}/own/NAME. For users of one group: " +
                $"chmod 2770 '{directory}', and {AllowGroup} at both ends.");
        }

        // Who may write there is the group's own affair, its owner included, once this end trusts the group.
        if (allowGroup && status.IsWritableByGroup)
            return status;

        if (status.UserId != 0 && status.UserId != NativeMethods.GetEffectiveUserId())
            throw NotOurs(directory, status);

        return status.IsWritableByGroup
            ? throw new EndpointException(
                $"Group {status.GroupId} can write to the directory '{directory}' (mode {status.Permissions}), and its members could " +
                $"put a socket of theirs in place of this one. If they are to be trusted, set {AllowGroup} at both ends. Else use a bare name, " +
                $"or a directory within it that only this user can write: mkdir -m 700 '{directory}/own', and unix:{directory}/own/NAME.")
            : status;
    }

    /// <summary>What to do where a directory is missing.</summary>
    public static string HowToMake(string directory) => $"Create it with: mkdir -m 700 '{directory}'";

    private static EndpointException NotOurs(string directory, UnixFileStatus status) =>
        new($"The directory '{directory}' belongs to user {status.UserId}, and this process runs as user " +
            $"{NativeMethods.GetEffectiveUserId()}. Use a directory of this user.");

    private static bool IsSafeRuntimeDirectory(string? directory, uint userId)
    {
        if (string.IsNullOrEmpty(directory)
            || AddressSyntax.CheckPath($"{directory}/crosschannels/{new string('x', HashBytes)}{Extension}") is not null)
        {
            return false;
        }

        try
        {
            return UnixFileStatus.Read(directory) is { IsDirectory: true, IsWritableByOthers: false } status && status.UserId == userId;
        }
        catch (EndpointException)
        {
            return false;
        }
    }
}
