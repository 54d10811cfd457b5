using System.Net.Sockets;
using CrossChannels.Protocol;

namespace CrossChannels.Tests.Faults;

/// <summary>A client of a real Unix socket that speaks bytes instead of using the library.</summary>
internal sealed class RawPeer : IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly NetworkStream _stream;

    private RawPeer(Socket socket)
    {
        _socket = socket;
        _stream = new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>A frame that came.</summary>
    public readonly record struct Frame(FrameHeader Header, byte[] Body)
    {
        public FrameType Type => Header.Type;

        public long Count => CounterFrame.Read(Body, Type);
    }

    public static async Task<RawPeer> ConnectAsync(ChannelAddress address)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(address.Path!)).Done("a raw client waits to connect");
        return new RawPeer(socket);
    }

    public Task SendAsync(params byte[][] parts) =>
        _stream.WriteAsync(parts.SelectMany(part => part).ToArray()).Done("a raw client waits to send");

    /// <summary>Sends while the peer may close at any moment.</summary>
    public async Task<bool> TrySendAsync(params byte[][] parts)
    {
        try
        {
            await SendAsync(parts);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Nothing more comes from this side, but it still reads.</summary>
    public void EndSending() => _socket.Shutdown(SocketShutdown.Send);

    public async Task<(Preamble Preamble, Hello? Hello)> ReadGreetingAsync()
    {
        byte[] bytes = new byte[Preamble.Size];
        await ReadAsync(bytes);
        Assert.IsTrue(Preamble.TryRead(bytes, out Preamble preamble));
        byte[] hello = new byte[preamble.HelloLength];
        await ReadAsync(hello);
        return (preamble, Hello.Read(hello));
    }

    public async Task<Frame> ReadFrameAsync()
    {
        byte[] head = new byte[FrameHeader.Size];
        await ReadAsync(head);
        FrameHeader header = FrameHeader.Read(head);
        byte[] body = new byte[header.Length];
        await ReadAsync(body);
        return new Frame(header, body);
    }

    /// <summary>The next frame of a type; skips others.</summary>
    /// <param name="type">Which.</param>
    /// <param name="orFail">An end of the link instead of it fails the test.</param>
    public async Task<Frame> ReadFrameAsync(FrameType type, bool orFail = true)
    {
        while (true)
        {
            Frame frame = await ReadFrameAsync();
            if (frame.Type == type)
                return frame;
            if (orFail && frame.Type is FrameType.Abort or FrameType.Refuse)
                Assert.Fail($"{frame.Type} instead of {type}: {ReasonFrame.Read(frame.Body, frame.Type).Text}");
        }
    }

    /// <summary>The last words of the peer, after which it must close.</summary>
    public async Task<ReasonFrame> ReadLastWordsAsync(FrameType type)
    {
        Frame frame;
        do
        {
            frame = await ReadFrameAsync();
        }
        while (frame.Type is not (FrameType.Abort or FrameType.Refuse));
        Assert.AreEqual(type, frame.Type);
        ReasonFrame reason = ReasonFrame.Read(frame.Body, frame.Type);
        EndSending();
        await WaitForEndAsync();
        return reason;
    }

    /// <summary>Reads until the peer has closed.</summary>
    public async Task WaitForEndAsync()
    {
        byte[] rest = new byte[4096];
        try
        {
            while (await _stream.ReadAsync(rest).Done("a raw client waits for the peer to close") > 0)
            {
            }
        }
        catch (IOException)
        {
            // Closed with bytes of ours unread.
        }
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private async Task ReadAsync(byte[] bytes) =>
        await _stream.ReadExactlyAsync(bytes).Done($"a raw client waits for {bytes.Length} bytes of the peer");
}
