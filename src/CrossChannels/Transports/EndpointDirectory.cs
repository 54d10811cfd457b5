using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;

namespace CrossChannels.Transports;

/// <summary>Where the sockets of bare names live, and what makes the directory of a socket safe.</summary>
/// <remarks>
/// Directories above it are not judged: who can replace the directory can get in the way, but the credentials check
/// of both ends still refuses whoever is not this user.
/// </remarks>
[UnsupportedOSPlatform("windows")]
internal static class EndpointDirectory
{
    private const string Extension = ".sock";

    // 128 bits of the hash in hexadecimal, and the colon before them.
    private const int HashBytes = 33;

    /// <summary>The directories of this user, the one to listen in first.</summary>
    public static string[] Candidates() =>
        Candidates(Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR"), NativeMethods.GetEffectiveUserId());

    /// <summary>The directories of a user, the one to listen in first.</summary>
    /// <remarks>
    /// Programs started by hand have the variable and those started by cron do not, and they must meet: hence the directory that
    /// the variable usually names is tried without it, and the last resort is always among the places to look.
    /// </remarks>
    internal static string[] Candidates(string? runtimeDirectory, uint userId)
    {
        string lastResort = $"/tmp/crosschannels-{userId}";
        return IsSafeRuntimeDirectory(runtimeDirectory, userId) ? [Within(runtimeDirectory!), lastResort]
            : IsSafeRuntimeDirectory($"/run/user/{userId}", userId) ? [Within($"/run/user/{userId}"), lastResort]
            : [lastResort];

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
                {
                    break;
                }

                start.Append(rune.ToString());
            }

            // No name has a colon, so that no other name comes to the same path.
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
            // A file in its place is told below, better than here.
            if (UnixFileStatus.Read(directory) is null)
            {
                throw new EndpointException($"The directory '{directory}' for the sockets of this user cannot be created: {e.Message}", e);
            }
        }

        UnixFileStatus facts = Check(directory);
        if (facts.UserId != NativeMethods.GetEffectiveUserId())
        {
            throw NotOurs(directory, facts);
        }

        if (facts.IsOpenToOthers)
        {
            throw new EndpointException(
                $"The directory '{directory}' is open to other users (mode {facts.Permissions}). Close it with: chmod 700 '{directory}'");
        }
    }

    /// <summary>Whether a directory is there and only this user can enter it. What another user put in its place says nothing to us.</summary>
    public static bool IsOurs(string directory)
    {
        try
        {
            return UnixFileStatus.Read(directory) is { IsDirectory: true, IsOpenToOthers: false } facts
                && facts.UserId == NativeMethods.GetEffectiveUserId();
        }
        catch (EndpointException)
        {
            return false;
        }
    }

    /// <summary>Checks that nobody but this user and root can put a socket into a directory.</summary>
    /// <exception cref="EndpointException">It is not there, not ours, a symbolic link, or writable by others.</exception>
    public static UnixFileStatus Check(string directory)
    {
        UnixFileStatus facts = UnixFileStatus.Read(directory)
            ?? throw new EndpointException($"The directory '{directory}' does not exist. Create it with: mkdir -m 700 '{directory}'");
        if (facts.IsSymbolicLink)
        {
            throw new EndpointException(
                $"'{directory}' is a symbolic link, which can be turned elsewhere. Use the path of the directory that it leads to.");
        }

        if (!facts.IsDirectory)
        {
            throw new EndpointException($"'{directory}' is no directory, so no socket can be made in it.");
        }

        if (facts.UserId != 0 && facts.UserId != NativeMethods.GetEffectiveUserId())
        {
            throw NotOurs(directory, facts);
        }

        return facts.IsWritableByOthers
            ? throw new EndpointException(
                $"Other users can write to the directory '{directory}' (mode {facts.Permissions}) and so could put a socket of theirs " +
                "in place of ours. Use a bare name, or a directory of mode 0700.")
            : facts;
    }

    private static EndpointException NotOurs(string directory, UnixFileStatus facts) =>
        new($"The directory '{directory}' belongs to user {facts.UserId}, and this process runs as user {NativeMethods.GetEffectiveUserId()}. " +
            "Use a directory of this user.");

    private static bool IsSafeRuntimeDirectory(string? directory, uint userId)
    {
        if (string.IsNullOrEmpty(directory)
            || AddressSyntax.CheckPath($"{directory}/crosschannels/{new string('x', HashBytes)}{Extension}") is not null)
        {
            return false;
        }

        try
        {
            return UnixFileStatus.Read(directory) is { IsDirectory: true, IsWritableByOthers: false } facts && facts.UserId == userId;
        }
        catch (EndpointException)
        {
            return false;
        }
    }
}
