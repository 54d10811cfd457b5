using System.Net;
using System.Net.Sockets;
using CrossChannels.Transports;

namespace CrossChannels.Tests.Transports;

[TestClass]
public sealed class TcpTransportTests : TransportContract
{
    [TestMethod]
    public async Task ListenAndConnect_NotAllowed_NamesTheSetting()
    {
        EndpointException e = await Assert.ThrowsExactlyAsync<EndpointException>(() => TransportTest.ListenAsync("tcp://127.0.0.1:0"));
        StringAssert.Contains(e.Message, "ConnectionOptions.AllowPlainTcp");
        e = await Assert.ThrowsExactlyAsync<EndpointException>(() => TransportTest.ConnectAsync("tcp://127.0.0.1:1"));
        StringAssert.Contains(e.Message, "ConnectionOptions.AllowPlainTcp");
    }

    [TestMethod]
    [DataRow("tcp://0.0.0.0:5000")]
    [DataRow("tcp://192.0.2.1:5000")]
    [DataRow("tcp://[::]:5000")]
    public async Task ListenAndConnect_NotLoopback_Throws(string address)
    {
        EndpointException e = await Assert.ThrowsExactlyAsync<EndpointException>(
            () => TransportTest.ListenAsync(address, Settings(TransportTest.Deadline)));
        StringAssert.Contains(e.Message, "for loopback only");
        e = await Assert.ThrowsExactlyAsync<EndpointException>(
            () => TransportTest.ConnectAsync(address, Settings(TransportTest.Deadline)));
        StringAssert.Contains(e.Message, "for loopback only");
    }

    [TestMethod]
    public async Task Connect_PortZero_Throws() =>
        await Assert.ThrowsExactlyAsync<ArgumentException>(
            () => TransportTest.ConnectAsync("tcp://127.0.0.1:0", Settings(TransportTest.Deadline)));

    [TestMethod]
    public async Task Connect_ByName_Connects()
    {
        ConnectionOptions settings = Settings(TransportTest.Deadline);
        await using ITransportListener listener = await TransportTest.ListenAsync("tcp://localhost:0", settings);
        Assert.AreEqual("localhost", listener.Address.Host);
        Assert.AreNotEqual(0, listener.Address.Port);
        await using TransportConnection client = await TransportTest.ConnectAsync(listener.Address, settings);
        StringAssert.StartsWith(client.RemoteEndpoint, "tcp://");
    }

    internal static int FreePort()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    internal override ConnectionOptions Settings(TimeSpan connectTimeout) => new() { ConnectTimeout = connectTimeout, AllowPlainTcp = true };

    protected override ChannelAddress NewAddress() => ChannelAddress.Tcp("127.0.0.1", FreePort());
}
