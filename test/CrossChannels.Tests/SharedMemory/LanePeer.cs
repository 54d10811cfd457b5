using System.Net.Sockets;
using System.Runtime.Versioning;
using CrossChannels.Channels;
using CrossChannels.Protocol;
using CrossChannels.SharedMemory;
using CrossChannels.Transports;
using Microsoft.Win32.SafeHandles;

namespace CrossChannels.Tests.SharedMemory;

/// <summary>A peer made by hand that greets correctly, with a lane each way, and then does what a test likes.</summary>
[SupportedOSPlatform("linux")]
internal sealed class LanePeer(Socket socket, LaneEnd ours, LaneEnd? theirs) : IDisposable
{
    private readonly NetworkStream _stream = new(socket, ownsSocket: true);

    /// <summary>The lane that this peer reads.</summary>
    public LaneEnd Ours => ours;

    /// <summary>The lane that the other end reads.</summary>
    public LaneEnd? Theirs => theirs;

    /// <summary>Connects to a listener at a name, and greets.</summary>
    /// <param name="address">Of the listener.</param>
    /// <param name="features">What the greeting says.</param>
    /// <param name="layout">Of the lane that this peer reads.</param>
    /// <param name="withLane">The lane goes with the greeting.</param>
    public static async Task<LanePeer> GreetAsync<T>(ChannelAddress address, ulong features, LaneLayout layout, bool withLane = true)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(EndpointDirectory.SocketPaths(address.Name!)[0])).Done();
        var descriptors = new DescriptorSocket(socket);
        LaneEnd ours = LaneEnd.Create(layout, out SafeFileHandle descriptor);
        byte[] welcome = new byte[WelcomeFrame.Size];
        new WelcomeFrame(default, layout.MaxItemBytes).Write(welcome);
        using (descriptor)
            descriptors.Send([.. new LinkChannelFactory<T, T>(null, null).Greeting(features), .. welcome], withLane ? [descriptor] : []);
        DescriptorSocket.Received received = await descriptors.ReceiveAsync(new byte[8192], CancellationToken.None).Done();
        Assert.IsGreaterThan(0, received.Count);
        Assert.IsFalse(received.IsLost);
        using (SafeFileHandle? theirs = received.Descriptors is [var first, ..] ? first : null)
            return new LanePeer(socket, ours, theirs is null ? null : LaneEnd.Open(theirs));
    }

    public static unsafe void Set(LaneEnd lane, int word, long value) => Volatile.Write(ref *(long*)(lane.Segment.Start + word), value);

    public Task SendAsync(ReadOnlyMemory<byte> bytes) => _stream.WriteAsync(bytes).Done();

    /// <summary>Rings for what was published, and what was taken.</summary>
    public Task RingAsync(long value)
    {
        byte[] frame = new byte[FrameHeader.Size + sizeof(long)];
        return SendAsync(frame.AsMemory(0, CounterFrame.Write(frame, FrameType.Doorbell, value)));
    }

    public async Task<ReasonFrame> ReadReasonAsync(FrameType type)
    {
        while (true)
        {
            byte[] head = new byte[FrameHeader.Size];
            await _stream.ReadExactlyAsync(head).Done();
            FrameHeader header = FrameHeader.Read(head);
            byte[] body = new byte[header.Length];
            await _stream.ReadExactlyAsync(body).Done();
            if (header.Type == type)
                return ReasonFrame.Read(body, type);
        }
    }

    public void Dispose()
    {
        _stream.Dispose();
        ours.Dispose();
        theirs?.Dispose();
    }
}
