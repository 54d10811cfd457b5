using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;

namespace CrossChannels.TestChild;

/// <summary>Makes this process, which runs as root, one of another user.</summary>
internal static partial class OtherUser
{
    public static void Become(string userId)
    {
        uint user = uint.Parse(userId, CultureInfo.InvariantCulture);
        Become(user, []);
    }

    /// <summary>The same, with further groups beside its own.</summary>
    public static void Become(uint user, uint[] groups)
    {
        if (SetGroups(groups.Length, groups) != 0 || SetGroupIds(user, user, user) != 0 || SetUserIds(user, user, user) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    [LibraryImport("libc", EntryPoint = "setgroups", SetLastError = true)]
    private static partial int SetGroups(nint count, uint[] groups);

    [LibraryImport("libc", EntryPoint = "setresgid", SetLastError = true)]
    private static partial int SetGroupIds(uint real, uint effective, uint saved);

    [LibraryImport("libc", EntryPoint = "setresuid", SetLastError = true)]
    private static partial int SetUserIds(uint real, uint effective, uint saved);
}
