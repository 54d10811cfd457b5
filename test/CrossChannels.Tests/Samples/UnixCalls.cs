using System.Runtime.InteropServices;

namespace CrossChannels.Tests.Samples;

/// <summary>Calls of Unix that the base class library does not offer.</summary>
internal static partial class UnixCalls
{
    public const int Interrupt = 2;
    public const int Terminate = 15;

    /// <summary>SIGSTOP and SIGCONT have other numbers on macOS.</summary>
    public static int Stop => OperatingSystem.IsMacOS() ? 17 : 19;

    public static int Continue => OperatingSystem.IsMacOS() ? 19 : 18;

    public static void MakeNamedPipe(string path) => Check(mkfifo(path, 0x180));

    public static void Signal(int processId, int signal) => Check(kill(processId, signal));

    private static void Check(int result)
    {
        if (result != 0)
            throw new IOException(Marshal.GetLastPInvokeErrorMessage());
    }

#pragma warning disable SYSLIB1045, IDE1006 // The names are those of the C library.
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int mkfifo(string path, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int kill(int processId, int signal);
#pragma warning restore SYSLIB1045, IDE1006
}
