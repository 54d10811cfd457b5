using System.ComponentModel;
using System.Runtime.InteropServices;
using CrossChannels.Transports;

namespace CrossChannels.TestChild;

/// <summary>Listens, has no file descriptor left when a connection comes, then has some again.</summary>
internal static partial class OutOfFilesCommand
{
    public static async Task<int> RunAsync(string address)
    {
        await using ITransportListener listener = await Transport.ListenAsync(address, new ConnectionOptions(), CancellationToken.None);
        await using TransportConnection first = await Transport.ConnectAsync(listener.Address, new ConnectionOptions(), CancellationToken.None);
        await using TransportConnection firstAccepted = await listener.AcceptAsync(CancellationToken.None);
        await using TransportConnection second = await Transport.ConnectAsync(listener.Address, new ConnectionOptions(), CancellationToken.None);

        Limit files = new(Current: 256, Most: 256);
        if (SetLimit(7 /* RLIMIT_NOFILE of Linux */, in files) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }

        List<FileStream> hoard = [];
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

        string failure;
        try
        {
            await using TransportConnection unexpected = await listener.AcceptAsync(CancellationToken.None);
            failure = "none";
        }
        catch (IOException e)
        {
            failure = e.GetType().Name;
        }

        hoard.ForEach(file => file.Dispose());
        await TestChildProgram.SayAsync(failure);
        await using TransportConnection secondAccepted = await listener.AcceptAsync(CancellationToken.None);
        await TestChildProgram.SayAsync("accepted");
        return 0;
    }

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static partial int SetLimit(int resource, in Limit limit);

    private readonly record struct Limit(nuint Current, nuint Most);
}
