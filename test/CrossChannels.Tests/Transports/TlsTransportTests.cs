using System.Net.Security;
using System.Net.Sockets;
using CrossChannels.Transports;

namespace CrossChannels.Tests.Transports;

[TestClass]
public sealed class TlsTransportTests : TransportContract, IDisposable
{
    private readonly TestCertificates _certificates = new();
    private readonly TestCertificates _strangers = new("Another root");

    public void Dispose()
    {
        _certificates.Dispose();
        _strangers.Dispose();
    }

    [TestMethod]
    public async Task ListenAndConnect_NoCertificate_NamesTheSetting()
    {
        EndpointException e = await Assert.ThrowsExactlyAsync<EndpointException>(() => TransportTest.ListenAsync("tls://localhost:0"));
        StringAssert.Contains(e.Message, "ConnectionOptions.Tls");
        e = await Assert.ThrowsExactlyAsync<EndpointException>(() => TransportTest.ConnectAsync("tls://localhost:1"));
        StringAssert.Contains(e.Message, "ConnectionOptions.Tls");
    }

    [TestMethod]
    public async Task Authenticate_ClientOfAnotherRoot_IsRefused()
    {
        TlsOptions client = _strangers.Settings(trusted: _certificates.Roots);
        (Exception? atClient, Exception? atServer) = await ShakeHandsAsync(_certificates.Settings(), client);
        Assert.IsInstanceOfType<LinkRefusedException>(atServer);
        StringAssert.Contains(atServer.Message, "not trusted");
        Assert.IsTrue(atClient is IOException, $"{atClient}");
    }

    [TestMethod]
    public async Task Authenticate_ListenerOfAnotherRoot_IsRefused()
    {
        (Exception? atClient, Exception? atServer) = await ShakeHandsAsync(
            _strangers.Settings(trusted: _certificates.Roots), _certificates.Settings());
        Assert.IsInstanceOfType<LinkRefusedException>(atClient);
        StringAssert.Contains(atClient.Message, "not trusted");
        Assert.IsTrue(atServer is IOException, $"{atServer}");
    }

    [TestMethod]
    public async Task Authenticate_ListenerWithAnotherName_IsRefused()
    {
        (Exception? atClient, _) = await ShakeHandsAsync(_certificates.Settings("elsewhere.example"), _certificates.Settings());
        Assert.IsInstanceOfType<LinkRefusedException>(atClient);
        StringAssert.Contains(atClient.Message, nameof(SslPolicyErrors.RemoteCertificateNameMismatch));
    }

    [TestMethod]
    public async Task Authenticate_TargetHostIsSet_IsWhatTheListenerMustCarry()
    {
        TlsOptions mine = _certificates.Settings();
        TlsOptions client = new() { Certificate = mine.Certificate, TrustedRoots = mine.TrustedRoots, TargetHost = "elsewhere.example" };
        (Exception? atClient, Exception? atServer) = await ShakeHandsAsync(_certificates.Settings("elsewhere.example"), client);
        Assert.IsNull(atClient);
        Assert.IsNull(atServer);
    }

    [TestMethod]
    public async Task Authenticate_ValidateRejects_IsRefused()
    {
        TlsOptions mine = _certificates.Settings();
        TlsOptions server = new() { Certificate = mine.Certificate, Validate = (_, _, _, _) => false };
        (_, Exception? atServer) = await ShakeHandsAsync(server, _certificates.Settings());
        Assert.IsInstanceOfType<LinkRefusedException>(atServer);
        StringAssert.Contains(atServer.Message, "TlsOptions.Validate");
    }

    [TestMethod]
    public async Task Authenticate_ValidateAccepts_ReplacesTheRoots()
    {
        TlsOptions mine = _certificates.Settings();
        TlsOptions server = new() { Certificate = mine.Certificate, Validate = (_, certificate, _, _) => certificate is not null };
        (Exception? atClient, Exception? atServer) = await ShakeHandsAsync(server, _strangers.Settings(trusted: _certificates.Roots));
        Assert.IsNull(atClient);
        Assert.IsNull(atServer);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task Authenticate_ClientWithoutCertificate_IsRefused(bool validateAcceptsAll)
    {
        TlsOptions mine = _certificates.Settings();
        TlsOptions server = new()
        {
            Certificate = mine.Certificate,
            TrustedRoots = mine.TrustedRoots,
            Validate = validateAcceptsAll ? (_, _, _, _) => true : null,
        };
        ConnectionOptions settings = new() { Tls = server };
        await using ITransportListener listener = await TransportTest.ListenAsync("tls://127.0.0.1:0", settings);
        using TcpClient client = new();
        await client.ConnectAsync("127.0.0.1", listener.Address.Port!.Value).WaitAsync(TransportTest.Deadline);
        await using TransportConnection accepted = await listener.AcceptAsync();
        await using SslStream bare = new(client.GetStream(), false, (_, _, _, _) => true);
        Task handshake = bare.AuthenticateAsClientAsync("localhost");
        LinkRefusedException e = await Assert.ThrowsExactlyAsync<LinkRefusedException>(
            () => accepted.AuthenticateAsync(CancellationToken.None).Done());
        StringAssert.Contains(e.Message, "no certificate");
        await accepted.DisposeAsync();
        await ((Task)Task.WhenAny(handshake)).WaitAsync(TransportTest.Deadline);
        Assert.ThrowsExactly<InvalidOperationException>(() => accepted.Input);
    }

    [TestMethod]
    public async Task Authenticate_PeerSpeaksHttp_IsRefused()
    {
        ConnectionOptions settings = new() { Tls = _certificates.Settings() };
        await using ITransportListener listener = await TransportTest.ListenAsync("tls://127.0.0.1:0", settings);
        using TcpClient client = new();
        await client.ConnectAsync("127.0.0.1", listener.Address.Port!.Value).WaitAsync(TransportTest.Deadline);
        await using TransportConnection accepted = await listener.AcceptAsync();
        await client.GetStream().WriteAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray()).Done();
        await Assert.ThrowsExactlyAsync<LinkRefusedException>(() => accepted.AuthenticateAsync(CancellationToken.None).Done());
    }

    [TestMethod]
    public async Task Authenticate_PeerIsSilent_EndsWithTheToken()
    {
        ConnectionOptions settings = new() { Tls = _certificates.Settings() };
        await using ITransportListener listener = await TransportTest.ListenAsync("tls://127.0.0.1:0", settings);
        using TcpClient client = new();
        await client.ConnectAsync("127.0.0.1", listener.Address.Port!.Value).WaitAsync(TransportTest.Deadline);
        await using TransportConnection accepted = await listener.AcceptAsync();
        using CancellationTokenSource source = new();
        Task handshake = accepted.AuthenticateAsync(source.Token).Done();
        await source.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => handshake);
    }

    internal override ConnectionOptions Settings(TimeSpan connectTimeout) =>
        new() { ConnectTimeout = connectTimeout, Tls = _certificates.Settings() };

    protected override ChannelAddress NewAddress() => ChannelAddress.Tls("localhost", TcpTransportTests.FreePort());

    /// <summary>What each side throws in its handshake or, where it is done before the other side has judged, in its first read.</summary>
    private static async Task<(Exception? AtClient, Exception? AtServer)> ShakeHandsAsync(TlsOptions atServer, TlsOptions atClient)
    {
        await using ITransportListener listener = await TransportTest.ListenAsync("tls://localhost:0", new() { Tls = atServer });
        await using TransportConnection client = await TransportTest.ConnectAsync(listener.Address, new() { Tls = atClient });
        await using TransportConnection server = await listener.AcceptAsync();
        Task<Exception?> serving = CaughtAsync(server);
        Task<Exception?> connecting = CaughtAsync(client);
        return (await connecting, await serving);
    }

    private static async Task<Exception?> CaughtAsync(TransportConnection connection)
    {
        try
        {
            await connection.AuthenticateAsync(CancellationToken.None).Done();
            await connection.Output.WriteAsync(new byte[1]).Done();
            await connection.Input.ReadExactlyAsync(new byte[1]).Done();
            return null;
        }
        catch (Exception e)
        {
            await connection.DisposeAsync();
            return e;
        }
    }
}
