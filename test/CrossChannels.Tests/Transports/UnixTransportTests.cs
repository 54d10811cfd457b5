namespace CrossChannels.Tests.Transports;

[TestClass]
public sealed class UnixTransportTests : TransportContract, IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    protected override ChannelAddress NewAddress() => ChannelAddress.Unix(_directory[$"{Guid.NewGuid():N}"]);
}
