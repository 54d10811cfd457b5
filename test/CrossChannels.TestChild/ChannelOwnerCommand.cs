using System.ComponentModel;
using System.Runtime.InteropServices;

namespace CrossChannels.TestChild;

/// <summary>Listens and echoes on every link; takes all file descriptors, and gives them back, when the test says so.</summary>
internal static partial class ChannelOwnerCommand
{
    public static async Task<int> RunAsync(string address)
    {
        StartPoolThreads();
        DuplexChannelListener<long, long> listener = await CrossChannel.ListenAsync<long, long>(address);
        _ = EchoAllAsync(listener);
        await TestChildProgram.SayAsync("listening");
        List<FileStream> hoard = [];
        while (await Console.In.ReadLineAsync() is { } line)
        {
            if (line == "hoard")
            {
                Hoard(hoard);
            }
            else
            {
                hoard.ForEach(static file => file.Dispose());
            }

            await TestChildProgram.SayAsync(line);
        }

        await listener.DisposeAsync();
        return 0;
    }

    /// <summary>Has the pool make its threads now: the runtime aborts the process when it starts a thread and has no file left for it.</summary>
    private static void StartPoolThreads()
    {
        const int Count = 16;
        ThreadPool.SetMinThreads(Count, Count);
        using Barrier all = new(Count + 1);
        for (int i = 0; i < Count; i++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static barrier => barrier.SignalAndWait(), all, preferLocal: false);
        }

        all.SignalAndWait();
    }

    private static void Hoard(List<FileStream> hoard)
    {
        Limit files = new(Current: 256, Most: 256);
        if (SetLimit(7 /* RLIMIT_NOFILE of Linux */, in files) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }

        try
        {
            while (true)
            {
                hoard.Add(new FileStream("/dev/null", FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0));
            }
        }
        catch (IOException)
        {
        }
    }

    private static async Task EchoAllAsync(DuplexChannelListener<long, long> listener)
    {
        await foreach (DuplexChannel<long, long> channel in listener.Accepted.ReadAllAsync())
        {
            _ = EchoAsync(channel);
        }
    }

    private static async Task EchoAsync(DuplexChannel<long, long> channel)
    {
        try
        {
            await foreach (long item in channel.Reader.ReadAllAsync())
            {
                await channel.Writer.WriteAsync(item);
            }
        }
        catch (IOException)
        {
            // The peer has gone.
        }
    }

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static partial int SetLimit(int resource, in Limit limit);

    private readonly record struct Limit(nuint Current, nuint Most);
}
