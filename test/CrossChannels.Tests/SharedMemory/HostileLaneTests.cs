using System.Net.Sockets;
using System.Runtime.Versioning;
using CrossChannels.Channels;
using CrossChannels.Protocol;
using CrossChannels.SharedMemory;
using CrossChannels.Tests.Transports;
using CrossChannels.Transports;
using Microsoft.Win32.SafeHandles;

namespace CrossChannels.Tests.SharedMemory;

/// <summary>A peer that greets correctly and then does what it likes, with the segment and with frames.</summary>
[TestClass]
[SupportedOSPlatform("linux")]
public sealed class HostileLaneTests
{
    private readonly ChannelAddress _address = ChannelAddress.SharedMemory(TransportTest.UniqueName());

    [TestMethod]
    [DataRow(LaneLayout.Written, 5000)]
    [DataRow(LaneLayout.Written, -1)]
    [DataRow(LaneLayout.Written, long.MinValue)]
    public async Task WriterSaysWhatCannotBe_ReaderEndsByViolation(int word, long value)
    {
        await using DuplexChannelListener<long, long> listener = await CrossChannel.ListenAsync<long, long>(_address).Done();
        using Peer peer = await GreetAsync(HelloFeatures.Lanes | HelloFeatures.LaneIsHere);
        await using DuplexChannel<long, long> channel = await listener.AcceptAsync().Done();
        peer.Set(peer.Theirs!, word, value);
        Assert.IsFalse(channel.Reader.TryRead(out _));
        await Assert.ThrowsExactlyAsync<ProtocolViolationException>(() => channel.Reader.Completion.Done());
        Assert.AreEqual(EndingKind.ProtocolViolation, channel.Writer.Ending!.Kind);
    }

    [TestMethod]
    [DataRow(LaneLayout.Taken, -1)]
    [DataRow(LaneLayout.Taken, 2000)]
    [DataRow(LaneLayout.Taken, long.MaxValue)]
    public async Task ReaderSaysWhatCannotBe_WriterEndsByViolation(int word, long value)
    {
        await using DuplexChannelListener<long, long> listener = await CrossChannel.ListenAsync<long, long>(_address).Done();
        using Peer peer = await GreetAsync(HelloFeatures.Lanes | HelloFeatures.LaneIsHere);
        await using DuplexChannel<long, long> channel = await listener.AcceptAsync().Done();
        Assert.IsTrue(channel.Peer!.IsSharedMemory);
        peer.Set(peer.Ours, word, value);
        while (channel.Writer.TryWrite(1))
        {
        }
        await Assert.ThrowsExactlyAsync<ProtocolViolationException>(() => channel.Reader.Completion.Done());
        Assert.AreEqual(EndingKind.ProtocolViolation, channel.Writer.Ending!.Kind);
    }

    [TestMethod]
    public async Task LaneIsSaidToBeHere_AndIsNot_IsRefused()
    {
        await using DuplexChannelListener<long, long> listener = await CrossChannel.ListenAsync<long, long>(_address).Done();
        using Peer peer = await GreetAsync(HelloFeatures.Lanes | HelloFeatures.LaneIsHere, withLane: false);
        Assert.AreEqual(ReasonCode.NoLane, (await peer.ReadReasonAsync(FrameType.Refuse)).Code);
    }

    [TestMethod]
    [DataRow(nameof(FrameType.Credit))]
    [DataRow(nameof(FrameType.Items))]
    [DataRow(nameof(FrameType.Doorbell))]
    public async Task FrameThatHasNoMeaningOnALane_IsAViolation(string name)
    {
        FrameType type = Enum.Parse<FrameType>(name);
        await using DuplexChannelListener<long, long> listener = await CrossChannel.ListenAsync<long, long>(_address).Done();
        using Peer peer = await GreetAsync(HelloFeatures.Lanes | HelloFeatures.LaneIsHere);
        await using DuplexChannel<long, long> channel = await listener.AcceptAsync().Done();
        byte[] frame = new byte[64];
        int length = type switch
        {
            FrameType.Credit => new CreditFrame(1, 1).Write(frame),
            FrameType.Doorbell => CounterFrame.Write(frame, type, 4),
            _ => CopyTo(Faults.Wire.Items(0, 1, 0, new byte[sizeof(long)]), frame),
        };
        await peer.SendAsync(frame.AsMemory(0, length));
        Assert.AreEqual(ReasonCode.Violation, (await peer.ReadReasonAsync(FrameType.Abort)).Code);
        await Assert.ThrowsExactlyAsync<ProtocolViolationException>(() => channel.Reader.Completion.Done());
    }

    private static int CopyTo(byte[] bytes, byte[] destination)
    {
        bytes.CopyTo(destination, 0);
        return bytes.Length;
    }

    private async Task<Peer> GreetAsync(ulong features, bool withLane = true)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(EndpointDirectory.SocketPaths(_address.Name!)[0])).Done();
        var descriptors = new DescriptorSocket(socket);
        LaneEnd ours = LaneEnd.Create(LaneLayout.Of(sizeof(long), sizeof(long), 100, 1 << 20), out SafeFileHandle descriptor);
        byte[] welcome = new byte[WelcomeFrame.Size];
        new WelcomeFrame(default, sizeof(long)).Write(welcome);
        using (descriptor)
            descriptors.Send([.. new LinkChannelFactory<long, long>(null, null).Greeting(features), .. welcome], withLane ? [descriptor] : []);
        DescriptorSocket.Received received = await descriptors.ReceiveAsync(new byte[8192], CancellationToken.None).Done();
        Assert.IsGreaterThan(0, received.Count);
        Assert.IsFalse(received.IsLost);
        using (SafeFileHandle? theirs = received.Descriptors is [var first, ..] ? first : null)
            return new Peer(socket, ours, theirs is null ? null : LaneEnd.Open(theirs));
    }

    private sealed class Peer(Socket socket, LaneEnd ours, LaneEnd? theirs) : IDisposable
    {
        private readonly NetworkStream _stream = new(socket, ownsSocket: true);

        /// <summary>The lane that this peer reads.</summary>
        public LaneEnd Ours => ours;

        /// <summary>The lane that the other end reads.</summary>
        public LaneEnd? Theirs => theirs;

        public unsafe void Set(LaneEnd lane, int word, long value) => Volatile.Write(ref *(long*)(lane.Segment.Start + word), value);

        public Task SendAsync(ReadOnlyMemory<byte> bytes) => _stream.WriteAsync(bytes).Done();

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
}
