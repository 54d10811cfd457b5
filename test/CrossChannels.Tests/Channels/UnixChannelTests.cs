namespace CrossChannels.Tests.Channels;

[TestClass]
public sealed class UnixChannelTests : ChannelContract, IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    internal override Task<(CrossChannel<T1, T2> First, CrossChannel<T2, T1> Second)> ConnectAsync<T1, T2>(
        CrossChannelOptions<T1, T2>? first, CrossChannelOptions<T2, T1>? second) =>
        ConnectAsync(ChannelAddress.Unix(_directory[$"{Guid.NewGuid():N}"]), first, second);
}
