using CrossChannels.Transports;

namespace CrossChannels.TestChild;

/// <summary>Listens, has no file descriptor left when a connection comes, then has some again.</summary>
internal static class OutOfFilesCommand
{
    public static async Task<int> RunAsync(string address)
    {
        await using ITransportListener listener = await Transport.ListenAsync(address, new ConnectionOptions(), CancellationToken.None);
        await using TransportConnection first = await Transport.ConnectAsync(listener.Address, new ConnectionOptions(), CancellationToken.None);
        await using TransportConnection firstAccepted = await listener.AcceptAsync(CancellationToken.None);
        await using TransportConnection second = await Transport.ConnectAsync(listener.Address, new ConnectionOptions(), CancellationToken.None);

        FileHoard hoard = FileHoard.TakeAll();
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

        hoard.Dispose();
        await TestChildProgram.SayAsync(failure);
        await using TransportConnection secondAccepted = await listener.AcceptAsync(CancellationToken.None);
        await TestChildProgram.SayAsync("accepted");
        return 0;
    }
}
