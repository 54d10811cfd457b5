using System.ComponentModel;
using System.Runtime.InteropServices;

namespace CrossChannels.TestChild;

/// <summary>All file descriptors that this process may have, or all but a few, until it is disposed.</summary>
internal sealed partial class FileHoard : IDisposable
{
    private readonly List<FileStream> _files = [];

    /// <summary>Starts all threads that the pool may have: the runtime ends a process that has no descriptor for one more.</summary>
    public static async Task StartPoolThreadsAsync()
    {
        ThreadPool.GetMaxThreads(out _, out int completions);
        if (!ThreadPool.SetMaxThreads(Environment.ProcessorCount, completions))
            throw new InvalidOperationException("The pool takes no limit of as many threads as there are processors.");
        using var all = new CountdownEvent(Environment.ProcessorCount);
        await Task.WhenAll(Enumerable.Range(0, all.InitialCount).Select(_ => Task.Run(() =>
        {
            all.Signal();
            all.Wait();
        })));
    }

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
