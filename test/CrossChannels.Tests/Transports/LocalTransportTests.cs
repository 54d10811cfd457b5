namespace CrossChannels.Tests.Transports;

[TestClass]
public sealed class LocalTransportTests : TransportContract
{
    protected override ChannelAddress NewAddress() => ChannelAddress.Local(TransportTest.UniqueName());
}
