using System.Net.Sockets;
using System.Runtime.Versioning;
using CrossChannels.Protocol;
using CrossChannels.SharedMemory;
using CrossChannels.Tests.Transports;

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
        using LanePeer peer = await GreetAsync(HelloFeatures.Lanes | HelloFeatures.LaneIsHere);
        await using DuplexChannel<long, long> channel = await listener.AcceptAsync().Done();
        LanePeer.Set(peer.Theirs!, word, value);
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
        using LanePeer peer = await GreetAsync(HelloFeatures.Lanes | HelloFeatures.LaneIsHere);
        await using DuplexChannel<long, long> channel = await listener.AcceptAsync().Done();
        Assert.IsTrue(channel.Peer!.IsSharedMemory);
        LanePeer.Set(peer.Ours, word, value);
        while (channel.Writer.TryWrite(1))
        {
        }
        await Assert.ThrowsExactlyAsync<ProtocolViolationException>(() => channel.Reader.Completion.Done());
        Assert.AreEqual(EndingKind.ProtocolViolation, channel.Writer.Ending!.Kind);
    }

    /// <summary>A listener that closes what it has not read resets the connection, as a hub does that ends.</summary>
    [TestMethod]
    public async Task ListenerResetsEachConnectionWhileItIsGreeted_ItIsTriedAgainUntilTheTimeout()
    {
        using var directory = new TempDirectory();
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(directory["hub"]));
        listener.Listen();
        int count = 0;
        Task accepting = Task.Run(async () =>
        {
            while (true)
            {
                using Socket accepted = await listener.AcceptAsync();
                // There is something that will not be read.
                await accepted.ReceiveAsync(Array.Empty<byte>());
                Interlocked.Increment(ref count);
            }
        });
        var options = new ConnectionOptions { SharedMemory = SharedMemoryUse.WherePossible, ConnectTimeout = TimeSpan.FromSeconds(1) };
        LinkTimeoutException error = await Assert.ThrowsExactlyAsync<LinkTimeoutException>(
            () => CrossChannel.OpenWriterAsync<long>(ChannelAddress.Unix(directory["hub"]).WithChannel("c"), connection: options).Done());
        Assert.IsInstanceOfType<ConnectionLostException>(error.InnerException);
        Assert.IsGreaterThan(1, count);
        listener.Dispose();
        await Assert.ThrowsAsync<Exception>(() => accepting.Done());
    }

    [TestMethod]
    public async Task LaneIsSaidToBeHere_AndIsNot_IsRefused()
    {
        await using DuplexChannelListener<long, long> listener = await CrossChannel.ListenAsync<long, long>(_address).Done();
        using LanePeer peer = await GreetAsync(HelloFeatures.Lanes | HelloFeatures.LaneIsHere, withLane: false);
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
        using LanePeer peer = await GreetAsync(HelloFeatures.Lanes | HelloFeatures.LaneIsHere);
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

    private Task<LanePeer> GreetAsync(ulong features, bool withLane = true) =>
        LanePeer.GreetAsync<long>(_address, features, LaneLayout.Of(sizeof(long), sizeof(long), 100, 1 << 20), withLane);
}
