using System.ComponentModel;
using System.Runtime.InteropServices;

namespace CrossChannels.TestChild;

/// <summary>All file descriptors that this process may have, or all but a few, until it is disposed.</summary>
internal sealed partial class FileHoard : IDisposable
{
    private readonly List<FileStream> _files = [];

    /// <param name="left">How many are given back, those with the highest numbers.</param>
    public static FileHoard TakeAll(int left = 0)
    {
        Limit files = new(Current: 256, Most: 256);
        if (SetLimit(7 /* RLIMIT_NOFILE of Linux */, in files) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());

        var hoard = new FileHoard();
        try
        {
            while (true)
                hoard._files.Add(new FileStream("/dev/null", FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0));
        }
        catch (IOException)
        {
            foreach (FileStream file in hoard._files.TakeLast(left))
                file.Dispose();
            return hoard;
        }
    }

    public void Dispose() => _files.ForEach(file => file.Dispose());

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static partial int SetLimit(int resource, in Limit limit);

    private readonly record struct Limit(nuint Current, nuint Most);
}
