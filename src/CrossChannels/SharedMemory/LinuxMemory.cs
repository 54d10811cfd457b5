using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace CrossChannels.SharedMemory;

/// <summary>System calls that the base class library does not offer: anonymous memory with a descriptor, and fences across processes.</summary>
[SupportedOSPlatform("linux")]
internal static partial class LinuxMemory
{
    public const uint CloseOnExec = 1;
    public const uint AllowSealing = 2;
    public const int AddSeals = 1033;
    public const int GetSeals = 1034;
    public const int SealSeal = 1;
    public const int SealShrink = 2;
    public const int SealGrow = 4;
    public const int ReadWrite = 3;
    public const int MapShared = 1;
    public const int NoReserve = 0x4000;
    public const int GlobalExpedited = 2;
    public const int RegisterGlobalExpedited = 4;
    public const int FileSizeLimit = 1;
    public const int Failed = -1;

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Create(string name, uint flags);

    [LibraryImport("libc", EntryPoint = "ftruncate", SetLastError = true)]
    internal static partial int SetLength(SafeFileHandle file, long length);

    [LibraryImport("libc", EntryPoint = "posix_fallocate")]
    internal static partial int Allocate(SafeFileHandle file, long offset, long length);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    internal static partial int Control(SafeFileHandle file, int command, int argument);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    internal static partial long Seek(SafeFileHandle file, long offset, int from);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    internal static partial nint Map(nint address, nuint length, int protection, int flags, SafeFileHandle file, long offset);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    internal static partial int Unmap(nint address, nuint length);

    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    internal static partial int GetLimit(int resource, out Limit limit);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    internal static partial nint Call(nint number, nint command, nint flags, nint processor);

    [StructLayout(LayoutKind.Sequential)]
    internal struct Limit
    {
        public ulong Current;
        public ulong Most;
    }
}
