namespace CrossChannels.Tests.Channels;

[TestClass]
public sealed class UnixChildProcessTests : ChildProcessContract, IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    protected override ChannelAddress NewAddress() => ChannelAddress.Unix(_directory[$"{Guid.NewGuid():N}"]);
}
