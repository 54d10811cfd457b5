using System.Runtime.InteropServices;

namespace CrossChannels.Transports;

/// <summary>What the base class library does not offer: who owns a file, and which user this process runs as.</summary>
internal static partial class NativeMethods
{
    public const int CurrentDirectory = -100;
    public const int DoNotFollowLinks = 0x100;
    public const uint BasicFacts = 0x7ff;
    public const int NoSuchEntry = 2;

    /// <summary>The effective user id of this process.</summary>
    [LibraryImport("libc", EntryPoint = "geteuid")]
    internal static partial uint GetEffectiveUserId();

    /// <summary>The limit of file descriptors, as <see cref="GetLimit"/> knows it.</summary>
    public static int LimitOfFiles => OperatingSystem.IsMacOS() ? 8 : 7; // RLIMIT_NOFILE

    /// <summary>A limit of this process. -1 on failure.</summary>
    [LibraryImport("libc", EntryPoint = "getrlimit")]
    internal static partial int GetLimit(int resource, out Limit limit);

    /// <summary>Linux only. -1 on failure.</summary>
    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int LinuxStat(int directory, string path, int flags, uint mask, out LinuxFacts facts);

    /// <summary>macOS on ARM only. -1 on failure.</summary>
    [LibraryImport("libc", EntryPoint = "lstat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int MacStatArm(string path, out MacFacts facts);

    /// <summary>macOS on x64 only. -1 on failure.</summary>
    [LibraryImport("libc", EntryPoint = "lstat$INODE64", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int MacStatX64(string path, out MacFacts facts);

    /// <summary><c>struct rlimit</c>.</summary>
    internal readonly record struct Limit(nuint Current, nuint Most);

    /// <summary><c>struct statx</c>, the same on every architecture.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    internal struct LinuxFacts
    {
        [FieldOffset(20)]
        public uint UserId;

        [FieldOffset(24)]
        public uint GroupId;

        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(32)]
        public ulong Inode;

        [FieldOffset(136)]
        public uint DeviceMajor;

        [FieldOffset(140)]
        public uint DeviceMinor;
    }

    /// <summary><c>struct stat</c> of macOS with 64-bit inodes; larger than the system's 144 bytes on purpose.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    internal struct MacFacts
    {
        [FieldOffset(0)]
        public int Device;

        [FieldOffset(4)]
        public ushort Mode;

        [FieldOffset(8)]
        public ulong Inode;

        [FieldOffset(16)]
        public uint UserId;

        [FieldOffset(20)]
        public uint GroupId;
    }
}
