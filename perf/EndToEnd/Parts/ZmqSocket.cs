namespace EndToEnd.Parts;

/// <summary>One socket of libzmq without a limit of messages. Calls block; it lives as long as the process.</summary>
internal sealed class ZmqSocket
{
    private static readonly nint s_context = ZmqLibrary.NewContext();

    private readonly nint _socket;

    private ZmqSocket(int type)
    {
        _socket = ZmqLibrary.NewSocket(s_context, type);
        Check(ZmqLibrary.SetOption(_socket, ZmqLibrary.SendHighWaterMark, 0, sizeof(int)));
        Check(ZmqLibrary.SetOption(_socket, ZmqLibrary.ReceiveHighWaterMark, 0, sizeof(int)));
    }

    public static ZmqSocket Bind(int type, string endpoint)
    {
        var socket = new ZmqSocket(type);
        Check(ZmqLibrary.Bind(socket._socket, endpoint));
        return socket;
    }

    public static ZmqSocket Connect(int type, string endpoint)
    {
        var socket = new ZmqSocket(type);
        Check(ZmqLibrary.Connect(socket._socket, endpoint));
        return socket;
    }

    public void Send(long item) => Check(ZmqLibrary.Send(_socket, item, sizeof(long), 0));

    public long Receive()
    {
        Check(ZmqLibrary.Receive(_socket, out long item, sizeof(long), 0));
        return item;
    }

    private static void Check(int result)
    {
        if (result < 0)
            throw new IOException($"libzmq failed with error {ZmqLibrary.LastError()}.");
    }
}
