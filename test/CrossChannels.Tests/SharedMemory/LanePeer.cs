using System.Net.Sockets;
using System.Runtime.Versioning;
using CrossChannels.Channels;
using CrossChannels.Links;
using CrossChannels.Protocol;
using CrossChannels.SharedMemory;
using CrossChannels.Transports;
using Microsoft.Win32.SafeHandles;

namespace CrossChannels.Tests.SharedMemory;

/// <summary>A peer made by hand that greets correctly, with a lane each way, and then does what a test likes.</summary>
[SupportedOSPlatform("linux")]
internal sealed class LanePeer(Socket socket, LaneEnd? ours, LaneEnd? theirs) : IDisposable
{
    private readonly NetworkStream _stream = new(socket, ownsSocket: true);

    /// <summary>The lane that this peer reads; not of one that writes to a hub.</summary>
    public LaneEnd Ours => ours!;

    /// <summary>The lane that the other end reads.</summary>
    public LaneEnd? Theirs => theirs;

    /// <summary>Connects to a listener at a name, and greets.</summary>
    /// <param name="address">Of the listener.</param>
    /// <param name="features">What the greeting says.</param>
    /// <param name="layout">Of the lane that this peer reads.</param>
    /// <param name="withLane">The lane goes with the greeting.</param>
    public static Task<LanePeer> GreetAsync<T>(ChannelAddress address, ulong features, LaneLayout layout, bool withLane = true) =>
        GreetAsync(address, new LinkChannelFactory<T, T>(null, null).Greeting(features), new WelcomeFrame(default, layout.MaxItemBytes), layout, withLane);

    /// <summary>Connects to a hub's channel as a writer.</summary>
    public static Task<LanePeer> WriteToHubAsync<T>(ChannelAddress address) => GreetAsync(
        address, new LinkChannelFactory<T, NoItem>(null, address.Channel, LinkRole.Writer).Greeting(HelloFeatures.Lanes), new WelcomeFrame(default, FrameLimits.BatchBytes), layout: null, withLane: false);

    /// <summary>Connects to a hub's channel as a reader, leased or not, that asks for a number of items.</summary>
    /// <param name="address">Of the channel.</param>
    /// <param name="isLeased">What it is.</param>
    /// <param name="demand">So many items.</param>
    /// <param name="capacity">Of its lane, at most.</param>
    /// <param name="withLane">The lane goes with the greeting.</param>
    public static Task<LanePeer> ReadFromHubAsync<T>(ChannelAddress address, bool isLeased, long demand, long capacity = long.MaxValue, bool withLane = true)
    {
        var factory = new LinkChannelFactory<NoItem, T>(null, address.Channel, isLeased ? LinkRole.LeasedReader : LinkRole.Reader);
        LaneLayout layout = factory.Lane!.Value;
        layout = LaneLayout.Of(layout.ElementSize, layout.MaxItemBytes, Math.Min(layout.Capacity, capacity), layout.UnreadBytes) with { Use = layout.Use };
        return GreetAsync(
            address, factory.Greeting(HelloFeatures.Lanes | HelloFeatures.LaneIsHere), new WelcomeFrame(new CreditFrame(demand, layout.UnreadBytes), layout.MaxItemBytes), layout, withLane);
    }

    private static async Task<LanePeer> GreetAsync(ChannelAddress address, byte[] greeting, WelcomeFrame welcome, LaneLayout? layout, bool withLane)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketDirectory.SocketPaths(address.Name!)[0])).Done();
        var descriptors = new DescriptorSocket(socket);
        SafeFileHandle? descriptor = null;
        LaneEnd? ours = layout is { } wanted ? LaneEnd.Create(wanted, out descriptor) : null;
        byte[] frame = new byte[WelcomeFrame.Size];
        welcome.Write(frame);
        using (descriptor)
            descriptors.Send([.. greeting, .. frame], withLane ? [descriptor!] : []);
        DescriptorSocket.Received received = await descriptors.ReceiveAsync(new byte[8192], CancellationToken.None).Done();
        Assert.IsGreaterThan(0, received.Count);
        Assert.IsFalse(received.IsLost);
        using (SafeFileHandle? theirs = received.Descriptors is [var first, ..] ? first : null)
            return new LanePeer(socket, ours, theirs is null ? null : LaneEnd.Open(theirs));
    }

    public static unsafe void Set(LaneEnd lane, int word, long value) => Volatile.Write(ref *(long*)(lane.Segment.Start + word), value);

    public static unsafe long Get(LaneEnd lane, int word) => Volatile.Read(ref *(long*)(lane.Segment.Start + word));

    public Task SendAsync(ReadOnlyMemory<byte> bytes) => _stream.WriteAsync(bytes).Done();

    /// <summary>Rings for what was published, and what was taken.</summary>
    public Task RingAsync(long value)
    {
        byte[] frame = new byte[FrameHeader.Size + sizeof(long)];
        return SendAsync(frame.AsMemory(0, CounterFrame.Write(frame, FrameType.Doorbell, value)));
    }

    /// <summary>Reads whatever comes until the other end closes the connection. It has heard an Abort, and says so, or the other end would give it a second to.</summary>
    public async Task DrainAsync()
    {
        byte[] head = new byte[FrameHeader.Size];
        try
        {
            while (true)
            {
                await _stream.ReadExactlyAsync(head);
                FrameHeader header = FrameHeader.Read(head);
                await _stream.ReadExactlyAsync(new byte[header.Length]);
                if (header.Type == FrameType.Abort)
                    socket.Shutdown(SocketShutdown.Send);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // It is over.
        }
    }

    public async Task<ReasonFrame> ReadReasonAsync(FrameType type) => ReasonFrame.Read(await ReadAsync(type), type);

    /// <summary>Skips frames until one of a type comes.</summary>
    /// <returns>Its body.</returns>
    public async Task<byte[]> ReadAsync(FrameType type)
    {
        while (true)
        {
            byte[] head = new byte[FrameHeader.Size];
            await _stream.ReadExactlyAsync(head).Done();
            FrameHeader header = FrameHeader.Read(head);
            byte[] body = new byte[header.Length];
            await _stream.ReadExactlyAsync(body).Done();
            if (header.Type == type)
                return body;
        }
    }

    public void Dispose()
    {
        _stream.Dispose();
        ours?.Dispose();
        theirs?.Dispose();
    }
}
