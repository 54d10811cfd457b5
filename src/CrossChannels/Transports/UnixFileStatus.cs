using System.Runtime.InteropServices;

namespace CrossChannels.Transports;

/// <summary>What a path names, symbolic links not followed.</summary>
/// <param name="Mode">Kind and permissions, as <c>st_mode</c>.</param>
/// <param name="UserId">The owner.</param>
/// <param name="GroupId">The group.</param>
/// <param name="Device">With <paramref name="Inode"/> the identity of the file while it is open or linked.</param>
/// <param name="Inode">See <paramref name="Device"/>.</param>
internal readonly record struct UnixFileStatus(ushort Mode, uint UserId, uint GroupId, ulong Device, ulong Inode)
{
    private const int KindMask = 0xF000;
    private const int WritableByGroupMask = 0x10; // 0020
    private const int WritableByAllMask = 0x02; // 0002

    public bool IsDirectory => (Mode & KindMask) == 0x4000;

    public bool IsSymbolicLink => (Mode & KindMask) == 0xA000;

    public bool IsSocket => (Mode & KindMask) == 0xC000;

    /// <summary>The group may write.</summary>
    public bool IsWritableByGroup => (Mode & WritableByGroupMask) != 0;

    /// <summary>Every user may write.</summary>
    public bool IsWritableByAll => (Mode & WritableByAllMask) != 0;

    /// <summary>Group or others may write.</summary>
    public bool IsWritableByOthers => IsWritableByGroup || IsWritableByAll;

    /// <summary>Group or others may do anything at all.</summary>
    public bool IsOpenToOthers => (Mode & 0x3F) != 0; // 0077

    /// <summary>The permissions as people write them, such as 0755.</summary>
    public string Permissions => Convert.ToString(Mode & 0xFFF, 8).PadLeft(4, '0');

    /// <summary>Looks at a path; null if nothing is there.</summary>
    /// <exception cref="EndpointException">The system does not let this process look.</exception>
    public static UnixFileStatus? Read(string path)
    {
        int result;
        UnixFileStatus status;
        if (OperatingSystem.IsLinux())
        {
            result = NativeMethods.LinuxStat(
                NativeMethods.CurrentDirectory,
                path,
                NativeMethods.DoNotFollowLinks,
                NativeMethods.BasicFacts,
                out NativeMethods.LinuxFacts native);
            status = new(native.Mode, native.UserId, native.GroupId, ((ulong)native.DeviceMajor << 32) | native.DeviceMinor, native.Inode);
        }
        else if (OperatingSystem.IsMacOS())
        {
            result = RuntimeInformation.ProcessArchitecture == Architecture.X64
                ? NativeMethods.MacStatX64(path, out NativeMethods.MacFacts native)
                : NativeMethods.MacStatArm(path, out native);
            status = new(native.Mode, native.UserId, native.GroupId, (uint)native.Device, native.Inode);
        }
        else
            throw new EndpointException("Unix sockets are not supported on this system, because it does not say who owns a file.");

        int error = result == 0 ? 0 : Marshal.GetLastPInvokeError();
        return error switch
        {
            0 => status,
            NativeMethods.NoSuchEntry => null,
            _ => throw new EndpointException(
                $"User {NativeMethods.GetEffectiveUserId()}, as whom this process runs, cannot look at '{path}': " +
                $"{Marshal.GetPInvokeErrorMessage(error)}."),
        };
    }
}
