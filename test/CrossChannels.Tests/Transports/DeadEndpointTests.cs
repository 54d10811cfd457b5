using System.Net.Sockets;
using CrossChannels.Transports;

namespace CrossChannels.Tests.Transports;

/// <summary>Private endpoints that killed processes left are removed; nothing else is.</summary>
[TestClass]
public sealed class DeadEndpointTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [TestMethod]
    public async Task Remove_TakesOldDeadSocketsOnly()
    {
        if (OperatingSystem.IsWindows())
            return;
        string dead = Leave("pair-dead.sock"), young = Leave("pair-young.sock"), other = Leave("other.sock"), file = _directory["pair-file.sock"];
        await File.WriteAllTextAsync(file, "no socket");
        await using ITransportListener live = await Transport.ListenAsync(ChannelAddress.Unix(_directory["pair-live.sock"]), ConnectionOptions.Default, CancellationToken.None).Done();
        foreach (string old in (string[])[dead, other, _directory["pair-live.sock"]])
            File.SetLastWriteTimeUtc(old, DateTime.UtcNow - TimeSpan.FromHours(1));
        await StaleSockets.RemoveAsync(Path.GetDirectoryName(dead)!, "pair-*.sock", TimeSpan.FromMinutes(10), CancellationToken.None).Done();
        Assert.IsFalse(File.Exists(dead));
        foreach (string stays in (string[])[young, other, file, _directory["pair-live.sock"]])
            Assert.IsTrue(File.Exists(stays), stays);
    }

    [TestMethod]
    public async Task RemoveUnique_TakesThoseOfProcessesThatAreGone()
    {
        if (!OperatingSystem.IsLinux())
            return;
        const int Gone = int.MaxValue;
        string dead = Leave($"a-name-{Gone}-0123abcd.sock"), young = Leave($"young-{Gone}-0123abcd.sock");
        string[] others = [Leave($"jobs-{Environment.ProcessId}-0123abcd.sock"), Leave($"jobs-{Gone}-01234567-x.sock"), Leave("jobs-12345678.sock"), Leave("jobs.sock")];
        foreach (string old in (string[])[dead, .. others])
            File.SetLastWriteTimeUtc(old, DateTime.UtcNow - TimeSpan.FromHours(1));
        await StaleSockets.RemoveUniqueAsync(Path.GetDirectoryName(dead)!).Done();
        Assert.IsFalse(File.Exists(dead));
        foreach (string stays in (string[])[young, .. others])
            Assert.IsTrue(File.Exists(stays), stays);
    }

    /// <summary>A socket that nobody listens on: bound under another name, since closing removes the name that was bound.</summary>
    private string Leave(string name)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        string bound = _directory[$"{name}-bound"];
        socket.Bind(new UnixDomainSocketEndPoint(bound));
        File.Move(bound, _directory[name]);
        return _directory[name];
    }
}
