using System.Runtime.InteropServices;

namespace CrossChannels.Workers;

/// <summary>What the base class library does not offer: a file descriptor of one's own choice, and an end without last words.</summary>
internal static class NativeMethods
{
    // Blittable, so that nothing has to be generated for them while a worker starts.
    [DllImport("libc", EntryPoint = "fcntl"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int ControlFile(int file, int command, int argument);

    // Takes a millisecond less than File.OpenHandle, which a worker would call only once.
    [DllImport("libc", EntryPoint = "open"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern unsafe int OpenFile(byte* path, int flags);

    [DllImport("libc", EntryPoint = "close"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int CloseFile(int file);

    [DllImport("libc", EntryPoint = "dup2"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int CopyFile(int file, int to);

    [DllImport("libc", EntryPoint = "kill"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int SendSignal(int processId, int signal);

    [DllImport("libc", EntryPoint = "geteuid"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern uint GetUserId();
}
