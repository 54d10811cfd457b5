namespace CrossChannels.Tests.Injection;

[TestClass]
public sealed class FaultyUnixChannelTests : FaultyChannelContract, IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    internal override Task<(DuplexChannel<T1, T2> First, DuplexChannel<T2, T1> Second)> ConnectAsync<T1, T2>(
        DuplexChannelOptions<T1, T2>? first, DuplexChannelOptions<T2, T1>? second) =>
        ConnectAsync(ChannelAddress.Unix(_directory[$"{Guid.NewGuid():N}"]), WithFaults(first), WithFaults(second));
}
