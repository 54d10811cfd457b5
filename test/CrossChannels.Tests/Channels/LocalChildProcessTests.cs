using CrossChannels.Tests.Transports;

namespace CrossChannels.Tests.Channels;

[TestClass]
public sealed class LocalChildProcessTests : ChildProcessContract
{
    protected override ChannelAddress NewAddress() => TransportTest.UniqueName();
}
