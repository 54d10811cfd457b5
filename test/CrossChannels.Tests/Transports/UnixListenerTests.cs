using System.Net.Sockets;
using System.Runtime.Versioning;
using CrossChannels.Transports;

namespace CrossChannels.Tests.Transports;

[TestClass]
[UnsupportedOSPlatform("windows")]
public sealed class UnixListenerTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TempDirectory _directory = new();

    private string SocketPath => _directory["x.sock"];

    private ChannelAddress Address => ChannelAddress.Unix(SocketPath);

    public void Dispose() => _directory.Dispose();

    [TestMethod]
    public async Task Listen_SocketIsForTheOwnerOnly()
    {
        await using ITransportListener listener = await TransportTest.ListenAsync(Address);
        Assert.AreEqual(OwnerOnly, File.GetUnixFileMode(SocketPath));
        Assert.AreEqual(OwnerOnly, File.GetUnixFileMode(_directory[".lock"]));
    }

    [TestMethod]
    [DataRow(UnixFileMode.GroupWrite)]
    [DataRow(UnixFileMode.OtherWrite)]
    [DataRow(UnixFileMode.OtherWrite | UnixFileMode.StickyBit)]
    public async Task Listen_DirectoryWritableByOthers_Throws(UnixFileMode added)
    {
        File.SetUnixFileMode(_directory.Path, File.GetUnixFileMode(_directory.Path) | added);
        EndpointException e = await Assert.ThrowsExactlyAsync<EndpointException>(() => TransportTest.ListenAsync(Address));
        StringAssert.Contains(e.Message, $"'{_directory.Path}'");
        StringAssert.Contains(e.Message, "se a bare name");
        Assert.IsEmpty(Directory.GetFileSystemEntries(_directory.Path));
    }

    [TestMethod]
    public async Task Listen_InTmp_Throws() =>
        await Assert.ThrowsExactlyAsync<EndpointException>(() => TransportTest.ListenAsync($"unix:/tmp/{TransportTest.UniqueName()}.sock"));

    [TestMethod]
    public async Task Listen_DirectoryIsLink_Throws()
    {
        string link = _directory["link"];
        Directory.CreateSymbolicLink(link, Directory.CreateDirectory(_directory["real"]).FullName);
        EndpointException e = await Assert.ThrowsExactlyAsync<EndpointException>(() => TransportTest.ListenAsync($"unix:{link}/x.sock"));
        StringAssert.Contains(e.Message, "symbolic link");
        Assert.IsEmpty(Directory.GetFileSystemEntries(_directory["real"]));
    }

    [TestMethod]
    public async Task Listen_DirectoryIsMissingOrAFile_Throws()
    {
        EndpointException e = await Assert.ThrowsExactlyAsync<EndpointException>(
            () => TransportTest.ListenAsync($"unix:{_directory["none"]}/x.sock"));
        StringAssert.Contains(e.Message, "mkdir -m 700");
        await File.WriteAllTextAsync(_directory["file"], "");
        e = await Assert.ThrowsExactlyAsync<EndpointException>(() => TransportTest.ListenAsync($"unix:{_directory["file"]}/x.sock"));
        StringAssert.Contains(e.Message, "is not a directory");
    }

    [TestMethod]
    public async Task Listen_PathIsAFile_ThrowsAndLeavesIt()
    {
        await File.WriteAllTextAsync(SocketPath, "precious");
        EndpointException e = await Assert.ThrowsExactlyAsync<EndpointException>(() => TransportTest.ListenAsync(Address));
        StringAssert.Contains(e.Message, "is not a socket");
        Assert.AreEqual("precious", await File.ReadAllTextAsync(SocketPath));
        await Assert.ThrowsExactlyAsync<EndpointException>(() => TransportTest.ConnectAsync(Address));
    }

    [TestMethod]
    public async Task Listen_PathIsALink_ThrowsAndLeavesIt()
    {
        File.CreateSymbolicLink(SocketPath, _directory["nowhere"]);
        EndpointException e = await Assert.ThrowsExactlyAsync<EndpointException>(() => TransportTest.ListenAsync(Address));
        StringAssert.Contains(e.Message, "symbolic link");
        Assert.IsNotNull(new FileInfo(SocketPath).LinkTarget);
        e = await Assert.ThrowsExactlyAsync<EndpointException>(() => TransportTest.ConnectAsync(Address));
        StringAssert.Contains(e.Message, "symbolic link");
    }

    [TestMethod]
    public async Task Listen_OwnerWasKilled_ReclaimsTheSocket()
    {
        await using ChildProcess child = ChildProcess.Start("listen", Address.ToString());
        Assert.AreEqual(Address.ToString(), await child.ReadLineAsync());
        EndpointException e = await Assert.ThrowsExactlyAsync<EndpointException>(() => TransportTest.ListenAsync(Address));
        StringAssert.Contains(e.Message, "already listening");
        await child.KillAsync();
        Assert.IsTrue(File.Exists(SocketPath));

        await using ITransportListener listener = await TransportTest.ListenAsync(Address);
        (TransportConnection client, TransportConnection server) = await TransportTest.PairAsync(listener);
        await client.DisposeAsync();
        await server.DisposeAsync();
    }

    [TestMethod]
    public async Task Listen_OwnerIsAnotherProcess_ConnectsWithItsCredentials()
    {
        await using ChildProcess child = ChildProcess.Start("listen", Address.ToString());
        await using TransportConnection client = await TransportTest.ConnectAsync(Address);
        await client.AuthenticateAsync(CancellationToken.None).Done();
        Assert.AreEqual(child.Id, client.PeerProcessId);
        Assert.AreEqual(NativeMethods.GetEffectiveUserId(), client.PeerUserId);
        StringAssert.Contains(client.RemoteEndpoint, SocketPath);
        await child.ReadLineAsync();
        Assert.AreEqual(0, await child.FinishAsync());
        Assert.IsFalse(File.Exists(SocketPath));
    }

    [TestMethod]
    public async Task Listen_QueueOfTheOwnerIsFull_IsLive()
    {
        using Socket owner = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        owner.Bind(new UnixDomainSocketEndPoint(SocketPath));
        owner.Listen(0);
        List<Socket> waiting = [];
        try
        {
            while (true)
            {
                Socket one = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                waiting.Add(one);
                await one.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath)).WaitAsync(TransportTest.Deadline);
            }
        }
        catch (SocketException)
        {
        }

        EndpointException e = await Assert.ThrowsExactlyAsync<EndpointException>(() => TransportTest.ListenAsync(Address));
        StringAssert.Contains(e.Message, "already listening");
        waiting.ForEach(one => one.Dispose());
        LinkTimeoutException late = await Assert.ThrowsExactlyAsync<LinkTimeoutException>(
            () => TransportTest.ConnectAsync(Address, new() { ConnectTimeout = TimeSpan.Zero }));
        Assert.IsNotNull(late.InnerException);
    }

    [TestMethod]
    public async Task Listen_ManyAtOnceOnAStalePath_OneWins()
    {
        for (int round = 0; round < 10; round++)
        {
            LeaveDeadSocket(SocketPath);
            Task<ITransportListener>[] starts = [.. Enumerable.Range(0, 16).Select(_ => Task.Run(() => TransportTest.ListenAsync(Address)))];
            await ((Task)Task.WhenAny(Task.WhenAll(starts))).WaitAsync(TransportTest.Deadline);
            ITransportListener winner = await starts.Single(start => start.IsCompletedSuccessfully);
            Assert.IsTrue(starts.Where(start => start.IsFaulted).All(start => start.Exception!.InnerException is EndpointException));
            await using (TransportConnection client = await TransportTest.ConnectAsync(Address))
            {
                await winner.DisposeAsync();
            }

            Assert.IsFalse(File.Exists(SocketPath));
        }
    }

    [TestMethod]
    public async Task Dispose_PathHasASuccessor_LeavesIt()
    {
        ITransportListener first = await TransportTest.ListenAsync(Address);
        File.Delete(SocketPath);
        await using ITransportListener second = await TransportTest.ListenAsync(Address);
        await first.DisposeAsync();
        await using TransportConnection client = await TransportTest.ConnectAsync(Address);
        await using TransportConnection server = await second.AcceptAsync();
    }

    [TestMethod]
    public async Task Dispose_HandOver_SuccessorIsNeverUnlinked()
    {
        for (int round = 0; round < 50; round++)
        {
            ITransportListener first = await TransportTest.ListenAsync(Address);
            Task disposing = Task.Run(() => first.DisposeAsync().Done());
            ITransportListener? second = null;
            while (second is null)
            {
                try
                {
                    second = await TransportTest.ListenAsync(Address);
                }
                catch (EndpointException)
                {
                    await Task.Yield();
                }
            }

            await disposing;
            await using TransportConnection client = await TransportTest.ConnectAsync(Address, new() { ConnectTimeout = TimeSpan.Zero });
            await second.DisposeAsync();
        }
    }

    [TestMethod]
    public async Task Connect_NotAuthenticated_GivesNoStream()
    {
        await using ITransportListener listener = await TransportTest.ListenAsync(Address);
        await using TransportConnection client = await TransportTest.ConnectAsync(Address);
        Assert.ThrowsExactly<InvalidOperationException>(() => client.Input);
    }

    [TestMethod]
    public async Task Listen_LockIsHeld_WaitsForIt()
    {
        DirectoryLock held = await DirectoryLock.AcquireAsync(_directory.Path, TimeSpan.Zero, allowGroup: false, CancellationToken.None);
        EndpointException e = await Assert.ThrowsExactlyAsync<EndpointException>(() => DirectoryLock.AcquireAsync(
            _directory.Path, TimeSpan.FromMilliseconds(20), allowGroup: false, CancellationToken.None).Done());
        StringAssert.Contains(e.Message, $"fuser -v '{_directory[".lock"]}'");
        Task<ITransportListener> listening = TransportTest.ListenAsync(Address);
        Assert.IsFalse(listening.IsCompleted);
        held.Dispose();
        await (await listening).DisposeAsync();
    }

    [TestMethod]
    public async Task Connect_DirectoryIsMissing_SaysHowToMakeIt()
    {
        LinkTimeoutException e = await Assert.ThrowsExactlyAsync<LinkTimeoutException>(() => TransportTest.ConnectAsync(
            $"unix:{_directory["none"]}/x.sock", new() { ConnectTimeout = TimeSpan.Zero }));
        StringAssert.Contains(e.Message, $"mkdir -m 700 '{_directory["none"]}'");
        StringAssert.Contains(e.Message, "once because ConnectTimeout is zero");
    }

    internal static void LeaveDeadSocket(string path)
    {
        string other = path + ".tmp";
        using (Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            socket.Bind(new UnixDomainSocketEndPoint(other));
            File.Move(other, path);
        }
    }
}
