using System.Runtime.Versioning;
using CrossChannels.Transports;

namespace CrossChannels.Tests.Transports;

/// <summary>Another user of the machine, which takes root to play.</summary>
[TestClass]
[SupportedOSPlatform("linux")]
public sealed class OtherUserTests : IDisposable
{
    private const string Stranger = "65534";
    private const UnixFileMode Everybody = (UnixFileMode)0x1FF;

    private readonly TempDirectory _directory = new();

    private string SocketPath => _directory["x.sock"];

    private ChannelAddress Address => ChannelAddress.Unix(SocketPath);

    public void Dispose() => _directory.Dispose();

    [TestInitialize]
    public void NeedsRoot()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
        {
            Assert.Inconclusive("Only root can become another user.");
        }
    }

    [TestMethod]
    public async Task Connect_ByAnotherUser_IsDeniedByTheKernel()
    {
        await using ITransportListener listener = await TransportTest.ListenAsync(Address);
        await using ChildProcess child = ChildProcess.Start("connect-as-user", Stranger, SocketPath);
        Assert.AreEqual("AccessDenied", await child.ReadLineAsync());
    }

    [TestMethod]
    public async Task Connect_ByAnotherUserThroughOpenDirectory_IsStillDeniedByTheKernel()
    {
        await using ITransportListener listener = await TransportTest.ListenAsync(Address);
        File.SetUnixFileMode(_directory.Path, Everybody);
        await using ChildProcess child = ChildProcess.Start("connect-as-user", Stranger, SocketPath);
        Assert.AreEqual("AccessDenied", await child.ReadLineAsync());
    }

    [TestMethod]
    public async Task Authenticate_AnotherUserGotIn_IsRefused()
    {
        await using ITransportListener listener = await TransportTest.ListenAsync(Address);
        File.SetUnixFileMode(_directory.Path, Everybody);
        File.SetUnixFileMode(SocketPath, Everybody);
        await using ChildProcess child = ChildProcess.Start("connect-as-user", Stranger, SocketPath);
        await using (TransportConnection server = await listener.AcceptAsync())
        {
            LinkRefusedException e = await Assert.ThrowsExactlyAsync<LinkRefusedException>(
                () => server.AuthenticateAsync(CancellationToken.None).Done());
            StringAssert.Contains(e.Message, $"user {Stranger}");
            Assert.AreEqual(65534L, server.PeerUserId);
            Assert.AreEqual(child.Id, server.PeerProcessId);
            Assert.ThrowsExactly<InvalidOperationException>(() => server.Input);
        }

        Assert.AreEqual("connected", await child.ReadLineAsync());
        Assert.AreEqual("end", await child.ReadLineAsync());
    }

    [TestMethod]
    public async Task Authenticate_ListenerIsAnotherUser_IsRefused()
    {
        File.SetUnixFileMode(_directory.Path, Everybody);
        await using ChildProcess child = ChildProcess.Start("listen-as-user", Stranger, SocketPath);
        Assert.AreEqual("listening", await child.ReadLineAsync());
        await using TransportConnection client = await TransportTest.ConnectAsync(Address);
        LinkRefusedException e = await Assert.ThrowsExactlyAsync<LinkRefusedException>(
            () => client.AuthenticateAsync(CancellationToken.None).Done());
        StringAssert.Contains(e.Message, $"user {Stranger}");
    }

    [TestMethod]
    public async Task Listen_DirectoryOfAnotherUser_Throws()
    {
        File.SetUnixFileMode(_directory.Path, Everybody);
        await using (ChildProcess child = ChildProcess.Start("make-directory-as-user", Stranger, _directory["theirs"]))
        {
            Assert.AreEqual("made", await child.ReadLineAsync());
        }

        EndpointException e = await Assert.ThrowsExactlyAsync<EndpointException>(
            () => TransportTest.ListenAsync($"unix:{_directory["theirs"]}/x.sock"));
        StringAssert.Contains(e.Message, $"belongs to user {Stranger}");
        e = Assert.ThrowsExactly<EndpointException>(() => SocketDirectory.Create(_directory["theirs"]));
        StringAssert.Contains(e.Message, $"belongs to user {Stranger}");
    }
}
