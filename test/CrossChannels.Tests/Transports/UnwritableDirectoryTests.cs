using System.Diagnostics;
using System.Runtime.Versioning;
using CrossChannels.Transports;

namespace CrossChannels.Tests.Transports;

/// <summary>File systems that cannot take a socket, which takes root to mount: each fails at once, and says just that.</summary>
[TestClass]
[SupportedOSPlatform("linux")]
public sealed class UnwritableDirectoryTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly List<string> _mounts = [];

    public void Dispose()
    {
        foreach (string mount in _mounts)
        {
            using var unmount = Process.Start("umount", ["-l", mount]);
            unmount.WaitForExit();
        }

        _directory.Dispose();
    }

    [TestMethod]
    [DataRow("ro", "read-only", DisplayName = "read-only")]
    [DataRow("nr_inodes=1", "no inodes left", DisplayName = "no inode for the lock")]
    [DataRow("nr_inodes=2", "no inodes left", DisplayName = "no inode for the socket")]
    public async Task Listen_FileSystemCannotTakeASocket_SaysSoAtOnce(string options, string expected)
    {
        string mount = await MountAsync(options);
        EndpointException e = await Assert.ThrowsExactlyAsync<EndpointException>(() => TransportTest.ListenAsync($"unix:{mount}/x.sock"));
        StringAssert.Contains(e.Message, expected);
        StringAssert.Contains(e.Message, "XDG_RUNTIME_DIR");
        StringAssert.Contains(e.Message, mount);
    }

    [TestMethod]
    public async Task Create_ParentIsReadOnly_SaysSo()
    {
        string mount = await MountAsync("ro");
        EndpointException e = Assert.ThrowsExactly<EndpointException>(() => SocketDirectory.Create($"{mount}/crosschannels"));
        StringAssert.Contains(e.Message, "read-only");
        StringAssert.Contains(e.Message, "XDG_RUNTIME_DIR");
    }

    [TestMethod]
    public async Task ListenAtFirst_FirstDirectoryIsReadOnly_TakesTheNext()
    {
        string mount = await MountAsync("ro");
        string[] paths = [$"{mount}/crosschannels/x.sock", _directory["next/x.sock"]];
        await using UnixListener listener = await UnixListener.ListenAtFirstAsync(paths, null, CancellationToken.None).Done();
        Assert.AreEqual(paths[1], listener.Address.Path);
        ConnectAttempt attempt = await new UnixConnector(allowGroup: false, paths).TryConnectAsync(CancellationToken.None).Done();
        Assert.IsNotNull(attempt.Connection);
        await attempt.Connection.DisposeAsync();
    }

    [TestMethod]
    public async Task ListenAtFirst_NoneCanBeWritten_SaysWhyOfTheFirst()
    {
        string mount = await MountAsync("ro");
        EndpointException e = await Assert.ThrowsExactlyAsync<EndpointException>(() => UnixListener.ListenAtFirstAsync(
            [$"{mount}/first/x.sock", $"{mount}/second/x.sock"], null, CancellationToken.None).Done());
        StringAssert.Contains(e.Message, $"{mount}/first");
    }

    private async Task<string> MountAsync(string options)
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
            Assert.Inconclusive("Only root can mount.");

        string path = _directory[$"mount{_mounts.Count}"];
        Directory.CreateDirectory(path);
        string[] arguments = ["-t", "tmpfs", "-o", $"mode=700,{options}", "none", path];
        var start = new ProcessStartInfo("mount", arguments) { UseShellExecute = false, RedirectStandardError = true };
        using Process mount = Process.Start(start)!;
        await mount.WaitForExitAsync().Done();
        if (mount.ExitCode != 0)
            Assert.Inconclusive("This container may not mount.");
        _mounts.Add(path);
        return path;
    }
}
