namespace CrossChannels.Tests.Transports;

[TestClass]
public sealed class PipeTransportTests : TransportContract
{
    protected override ChannelAddress NewAddress() => ChannelAddress.Pipe(TransportTest.UniqueName());
}
