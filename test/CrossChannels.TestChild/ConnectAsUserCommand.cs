using System.Net.Sockets;

namespace CrossChannels.TestChild;

/// <summary>Connects, as another user, with a plain socket that checks nothing, and reads until the end.</summary>
internal static class ConnectAsUserCommand
{
    public static async Task<int> RunAsync(string user, string path)
    {
        OtherUser.Become(user);
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
            await TestChildProgram.SayAsync("connected");
            int count = await socket.ReceiveAsync(new byte[16]);
            await TestChildProgram.SayAsync(count == 0 ? "end" : "data");
        }
        catch (SocketException e)
        {
            await TestChildProgram.SayAsync(e.SocketErrorCode.ToString());
        }

        return 0;
    }
}
