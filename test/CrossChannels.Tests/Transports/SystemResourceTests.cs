using System.Runtime.Versioning;
using CrossChannels.Transports;

namespace CrossChannels.Tests.Transports;

/// <summary>File descriptors: none is inherited, and their lack is survived.</summary>
[TestClass]
[SupportedOSPlatform("linux")]
public sealed class SystemResourceTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [TestInitialize]
    public void NeedsLinux()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Inconclusive("Looks at /proc.");
        }
    }

    [TestMethod]
    [DataRow("unix")]
    [DataRow("tcp")]
    public async Task StartProcess_ConnectionsAreOpen_InheritsNone(string scheme)
    {
        ConnectionOptions settings = new() { AllowPlainTcp = true };
        await using ITransportListener listener = await TransportTest.ListenAsync(
            scheme == "unix" ? ChannelAddress.Unix(_directory["x.sock"]) : "tcp://127.0.0.1:0", settings);
        (TransportConnection client, TransportConnection server) = await TransportTest.PairAsync(listener, settings);
        await using (server)
        {
            HashSet<string> ours = Sockets(Environment.ProcessId);
            Assert.IsGreaterThanOrEqualTo(3, ours.Count);
            await using ChildProcess child = ChildProcess.Start("wait");
            Assert.AreEqual("ready", await child.ReadLineAsync());
            ours.IntersectWith(Sockets(child.Id));
            Assert.IsEmpty(ours);

            await client.DisposeAsync();
            Assert.AreEqual(0, await server.Input.ReadAsync(new byte[1]).Done());
        }
    }

    [TestMethod]
    public async Task Accept_OutOfFiles_ThrowsAndTheListenerLivesOn()
    {
        await using ChildProcess child = ChildProcess.Start("out-of-files", $"unix:{_directory["x.sock"]}");
        Assert.AreEqual(nameof(IOException), await child.ReadLineAsync());
        Assert.AreEqual("accepted", await child.ReadLineAsync());
        Assert.AreEqual(0, await child.FinishAsync());
    }

    [TestMethod]
    [DataRow("0", DisplayName = "none left")]
    [DataRow("8", DisplayName = "only those left that the runtime needs")]
    public async Task FewFiles_EachCallSaysSoAtOnce_AndAPairNeedsNone(string left)
    {
        await using ChildProcess child = ChildProcess.Start("few-files", _directory.Path, left);
        Assert.AreEqual("works", await child.ReadLineAsync());
        Assert.AreEqual("works", await child.ReadLineAsync());
        Assert.AreEqual("works", await child.ReadLineAsync());
        StringAssert.Contains(await child.ReadLineAsync(), "No process listened at tcp://127.0.0.1:9");
        Assert.AreEqual("works", await child.ReadLineAsync());
        for (int i = 0; i < 4; i++)
        {
            string line = await child.ReadLineAsync();
            StringAssert.Contains(line, nameof(EndpointException));
            StringAssert.Contains(line, "no file descriptors left");
        }

        Assert.AreEqual("works", await child.ReadLineAsync());
        Assert.AreEqual("gone", await child.ReadLineAsync());
        Assert.AreEqual(0, await child.FinishAsync());
    }

    private static HashSet<string> Sockets(int processId)
    {
        HashSet<string> sockets = [];
        foreach (string descriptor in Directory.GetFiles($"/proc/{processId}/fd"))
        {
            try
            {
                if (new FileInfo(descriptor).LinkTarget is { } target && target.StartsWith("socket:", StringComparison.Ordinal))
                {
                    sockets.Add(target);
                }
            }
            catch (IOException)
            {
                // Closed meanwhile.
            }
        }

        return sockets;
    }
}
