using System.Net.Sockets;

namespace CrossChannels.TestChild;

/// <summary>Listens, as another user, with a plain socket that everybody can open.</summary>
internal static class ListenAsUserCommand
{
    public static async Task<int> RunAsync(string user, string path)
    {
        OtherUser.Become(user);
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        socket.Listen();
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, (UnixFileMode)0x1FF);
        }

        await TestChildProgram.SayAsync("listening");
        await TestChildProgram.WaitForTestAsync();
        return 0;
    }
}
