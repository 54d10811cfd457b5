using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;
using CrossChannels.Transports;

namespace CrossChannels.Tests.Transports;

[TestClass]
[UnsupportedOSPlatform("windows")]
public sealed class SocketDirectoryTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [TestMethod]
    public void Candidates_SafeRuntimeDirectory_ComesFirst()
    {
        uint user = NativeMethods.GetEffectiveUserId();
        CollectionAssert.AreEqual(
            (string[])[_directory["crosschannels"], .. LastResorts(user)],
            SocketDirectory.Candidates(_directory.Path, user));
    }

    [TestMethod]
    public void Candidates_UnsafeRuntimeDirectory_IsPassedOver()
    {
        uint user = NativeMethods.GetEffectiveUserId();
        string[] without = SocketDirectory.Candidates(null, user);
        CollectionAssert.AreEqual(LastResorts(user), without.TakeLast(LastResorts(user).Length).ToArray());
        File.CreateSymbolicLink(_directory["link"], _directory.Path);
        CollectionAssert.AreEqual(without, SocketDirectory.Candidates("", user));
        CollectionAssert.AreEqual(without, SocketDirectory.Candidates("relative", user));
        CollectionAssert.AreEqual(without, SocketDirectory.Candidates("/nonexistent", user));
        CollectionAssert.AreEqual(without, SocketDirectory.Candidates(_directory["link"], user));
        CollectionAssert.AreEqual(without, SocketDirectory.Candidates("/" + new string('d', 90), user));
        File.SetUnixFileMode(_directory.Path, File.GetUnixFileMode(_directory.Path) | UnixFileMode.OtherWrite);
        CollectionAssert.AreEqual(without, SocketDirectory.Candidates(_directory.Path, user));
    }

    [TestMethod]
    public void Candidates_RuntimeDirectoryOfAnotherUser_IsPassedOver()
    {
        uint other = NativeMethods.GetEffectiveUserId() + 12345;
        CollectionAssert.AreEqual(LastResorts(other), SocketDirectory.Candidates(_directory.Path, other));
    }

    [TestMethod]
    public void Create_New_IsForTheOwnerOnly()
    {
        SocketDirectory.Create(_directory["new"]);
        SocketDirectory.Create(_directory["new"]);
        Assert.AreEqual(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_directory["new"]));
        Assert.IsTrue(SocketDirectory.IsOurs(_directory["new"]));
    }

    [TestMethod]
    public void Create_ExistingIsOpenToOthers_Throws()
    {
        File.SetUnixFileMode(Directory.CreateDirectory(_directory["open"]).FullName, (UnixFileMode)0x1ED /* 0755 */);
        EndpointException e = Assert.ThrowsExactly<EndpointException>(() => SocketDirectory.Create(_directory["open"]));
        StringAssert.Contains(e.Message, "chmod 700");
        Assert.IsFalse(SocketDirectory.IsOurs(_directory["open"]));
    }

    [TestMethod]
    public void Create_LinkOrFileInItsPlace_Throws()
    {
        File.CreateSymbolicLink(_directory["link"], _directory.Path);
        StringAssert.Contains(
            Assert.ThrowsExactly<EndpointException>(() => SocketDirectory.Create(_directory["link"])).Message, "symbolic link");
        File.WriteAllText(_directory["file"], "");
        StringAssert.Contains(
            Assert.ThrowsExactly<EndpointException>(() => SocketDirectory.Create(_directory["file"])).Message, "not a directory");
    }

    [TestMethod]
    public void SocketPath_ShortName_IsTheName() =>
        Assert.AreEqual("/run/user/1/crosschannels/jobs.sock", SocketDirectory.SocketPath("/run/user/1/crosschannels", "jobs"));

    [TestMethod]
    public void SocketPath_LongName_IsShortenedAlikeAndUniquely()
    {
        HashSet<string> paths = [];
        string faces = string.Concat(Enumerable.Repeat("😀", 100));
        foreach (string name in new[] { new string('n', 200), new string('n', 199), new string('é', 150), faces })
        {
            string path = SocketDirectory.SocketPath("/run/user/1000/crosschannels", name);
            Assert.AreEqual(path, SocketDirectory.SocketPath("/run/user/1000/crosschannels", name));
            Assert.IsTrue(Encoding.UTF8.GetByteCount(path) <= AddressSyntax.MaxUnixPathBytes, path);
            Assert.IsTrue(paths.Add(path));
            Assert.AreEqual(path, ChannelAddress.Unix(path).Path);
        }
    }

    [TestMethod]
    public async Task Listen_LongName_IsFoundByBothEnds()
    {
        ChannelAddress address = ChannelAddress.Local(TransportTest.UniqueName().PadRight(200, 'x'));
        await using ITransportListener listener = await TransportTest.ListenAsync(address);
        Assert.AreEqual(ChannelScheme.Unix, listener.Address.Scheme);
        await using TransportConnection client = await TransportTest.ConnectAsync(address);
        await using TransportConnection sameByPath = await TransportTest.ConnectAsync(listener.Address);
    }

    [TestMethod]
    public async Task Connect_OwnerIsInTheLastResort_IsFound()
    {
        string first = _directory["first"];
        string last = _directory["last"];
        SocketDirectory.Create(last);
        using Socket owner = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        owner.Bind(new UnixDomainSocketEndPoint(Path.Combine(last, "x.sock")));
        owner.Listen();
        UnixConnector connector = new(allowGroup: false, Path.Combine(first, "x.sock"), Path.Combine(last, "x.sock"));
        ConnectAttempt attempt = await connector.TryConnectAsync(CancellationToken.None).Done();
        Assert.IsNotNull(attempt.Connection);
        await attempt.Connection.DisposeAsync();

        // What others can put sockets into is no place to look.
        File.SetUnixFileMode(last, (UnixFileMode)0x1FF);
        attempt = await connector.TryConnectAsync(CancellationToken.None).Done();
        Assert.IsNull(attempt.Connection);
        Assert.IsInstanceOfType<FileNotFoundException>(attempt.NotYet);
    }

    private static string[] LastResorts(uint user) => OperatingSystem.IsLinux()
        ? [$"/tmp/crosschannels-{user}", $"/dev/shm/crosschannels-{user}"]
        : [$"/tmp/crosschannels-{user}"];
}
