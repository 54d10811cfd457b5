using CrossChannels.Links;
using CrossChannels.Protocol;
using CrossChannels.Tests.Faults;

namespace CrossChannels.Tests.Hub;

/// <summary>Whom a hub does not let in hears why.</summary>
[TestClass]
public sealed class HubRefusalTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    private ChannelAddress Address => ChannelAddress.Unix(_directory["hub"]);

    public void Dispose() => _directory.Dispose();

    /// <summary>No common version: the hub's preamble shows its own, and it says why it ends the link.</summary>
    [TestMethod]
    public async Task Peer_OfAnotherVersion_IsToldWhich()
    {
        await using ChannelHub hub = await ChannelHub.StartAsync(Address).Done();
        for (int i = 0; i < 20; i++)
        {
            await using RawPeer raw = await RawPeer.ConnectAsync(Address);
            HelloContract none = new("none", "", 0, "");
            await raw.SendAsync(Wire.Greeting(new Hello { Role = (byte)LinkRole.Writer, Writes = none, Reads = none }, minVersion: 7, maxVersion: 9));
            (Preamble preamble, _) = await raw.ReadGreetingAsync();
            Assert.AreEqual((1, 1), (preamble.MinVersion, preamble.MaxVersion));
            ReasonFrame reason = await raw.ReadLastWordsAsync(FrameType.Refuse);
            StringAssert.Contains(reason.Text, "7 to 9");
        }
    }
}
