using System.Runtime.Versioning;
using CrossChannels.Transports;

namespace CrossChannels.Tests.Transports;

/// <summary>Unix sockets between users of one group, which takes root to play.</summary>
[TestClass]
[SupportedOSPlatform("linux")]
public sealed class GroupTests : IDisposable
{
    private const string Ann = "61001";
    private const string Bob = "61002";
    private const string Group = "62000";
    private const string OtherGroup = "62001";
    private const UnixFileMode ForGroup = (UnixFileMode)0x5F8; // 2770
    private const UnixFileMode ForGroupAndReaders = (UnixFileMode)0x5FD; // 2775
    private const UnixFileMode ForAll = (UnixFileMode)0x1FF; // 0777

    private readonly TempDirectory _directory = new();

    private string Path => _directory["x.sock"];

    public void Dispose() => _directory.Dispose();

    [TestInitialize]
    public async Task MakeDirectoryOfGroup()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
            Assert.Inconclusive("Only root can become other users.");

        using var chgrp = System.Diagnostics.Process.Start("chgrp", [Group, _directory.Path]);
        await chgrp.WaitForExitAsync().Done();
        Assert.AreEqual(0, chgrp.ExitCode);
        File.SetUnixFileMode(_directory.Path, ForGroup);
    }

    [TestMethod]
    [DataRow(ForGroup)]
    [DataRow(ForGroupAndReaders)]
    public async Task AllowGroup_TwoUsersOfTheGroup_ItemsCross(UnixFileMode mode)
    {
        File.SetUnixFileMode(_directory.Path, mode);
        await using ChildProcess owner = ChildProcess.Start("own-for-group", Ann, Group, Path);
        Assert.AreEqual("listening", await owner.ReadLineAsync());
        Assert.AreEqual((UnixFileMode)0x1B0 /* 0660 */, File.GetUnixFileMode(Path));
        await using ChildProcess writer = ChildProcess.Start("write-for-group", Bob, Group, Path);
        Assert.AreEqual("written", await writer.ReadLineAsync());
        Assert.AreEqual("read 7", await owner.ReadLineAsync());
        Assert.AreEqual(0, await owner.WaitForExitAsync());

        // The next owner is the other user, who finds the lock file of the first one.
        await using ChildProcess next = ChildProcess.Start("own-for-group", Bob, Group, Path);
        Assert.AreEqual("listening", await next.ReadLineAsync());
    }

    [TestMethod]
    public async Task AllowGroup_UserOfAnotherGroup_IsDeniedByTheKernel()
    {
        await using ChildProcess owner = ChildProcess.Start("own-for-group", Ann, Group, Path);
        Assert.AreEqual("listening", await owner.ReadLineAsync());
        File.SetUnixFileMode(_directory.Path, ForGroup | (UnixFileMode)0x5 /* others may look */);
        await using ChildProcess writer = ChildProcess.Start("write-for-group", Bob, OtherGroup, Path);
        string refusal = await writer.ReadLineAsync();
        StringAssert.Contains(refusal, nameof(EndpointException));
        StringAssert.Contains(refusal, $"User {Bob}");
        StringAssert.Contains(refusal, "AllowGroup");
    }

    [TestMethod]
    public async Task AllowGroup_StrangerGotIn_IsRefusedByItsGroups()
    {
        await using ITransportListener listener =
            await TransportTest.ListenAsync($"unix:{Path}", new ConnectionOptions { AllowGroup = true });
        File.SetUnixFileMode(_directory.Path, ForAll);
        File.SetUnixFileMode(Path, ForAll);
        await using ChildProcess stranger = ChildProcess.Start("connect-as-user", Bob, Path);
        await using TransportConnection server = await listener.AcceptAsync();
        LinkRefusedException e = await Assert.ThrowsExactlyAsync<LinkRefusedException>(
            () => server.AuthenticateAsync(CancellationToken.None).Done());
        StringAssert.Contains(e.Message, $"not a member of group {Group}");
    }

    [TestMethod]
    [DataRow(ForGroup)]
    [DataRow(ForGroupAndReaders)]
    public async Task WithoutAllowGroup_DirectoryOfAGroup_AdvisesBothWays(UnixFileMode mode)
    {
        File.SetUnixFileMode(_directory.Path, mode);
        EndpointException e = await Assert.ThrowsExactlyAsync<EndpointException>(() => TransportTest.ListenAsync($"unix:{Path}"));
        StringAssert.Contains(e.Message, "ConnectionOptions.AllowGroup");
        StringAssert.Contains(e.Message, $"mkdir -m 700 '{_directory.Path}/own'");
    }

    [TestMethod]
    public async Task AllowGroup_DirectoryWritableByAll_IsStillRefusedWithAdvice()
    {
        File.SetUnixFileMode(_directory.Path, ForAll);
        EndpointException e = await Assert.ThrowsExactlyAsync<EndpointException>(
            () => TransportTest.ListenAsync($"unix:{Path}", new ConnectionOptions { AllowGroup = true }));
        StringAssert.Contains(e.Message, "container volumes");
        StringAssert.Contains(e.Message, $"chmod 2770 '{_directory.Path}'");
        StringAssert.Contains(e.Message, $"mkdir -m 700 '{_directory.Path}/own'");
    }

    [TestMethod]
    public async Task Listen_DirectoryThatThisUserCannotWrite_SaysWhoAndWhere()
    {
        File.SetUnixFileMode(_directory.Path, (UnixFileMode)0x1ED /* 0755 */);
        await using ChildProcess owner = ChildProcess.Start("own-for-group", Ann, Group, Path);
        string refusal = await owner.ReadLineAsync();
        StringAssert.Contains(refusal, nameof(EndpointException));
        StringAssert.Contains(refusal, $"user {Ann}, as whom this process runs, may not write to '{_directory.Path}', which belongs to user 0 (mode");
        StringAssert.Contains(refusal, "XDG_RUNTIME_DIR");
    }

    [TestMethod]
    public async Task AllowGroup_BareName_IsRefused()
    {
        EndpointException e = await Assert.ThrowsExactlyAsync<EndpointException>(
            () => TransportTest.ListenAsync(TransportTest.UniqueName(), new ConnectionOptions { AllowGroup = true }));
        StringAssert.Contains(e.Message, "Use unix: with a path in a directory of the group");
        await Assert.ThrowsExactlyAsync<EndpointException>(
            () => TransportTest.ConnectAsync(TransportTest.UniqueName(), new ConnectionOptions { AllowGroup = true }));
    }
}
