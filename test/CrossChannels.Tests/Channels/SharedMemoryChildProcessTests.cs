using CrossChannels.Tests.Transports;

namespace CrossChannels.Tests.Channels;

[TestClass]
public sealed class SharedMemoryChildProcessTests : ChildProcessContract
{
    protected override ChannelAddress NewAddress() => ChannelAddress.SharedMemory(TransportTest.UniqueName());
}
