#if DEBUG
using CrossChannels.Buffers;

namespace CrossChannels.Tests.Injection;

/// <summary>The whole contract of a link, after each test of which every buffer that was rented is back.</summary>
[TestClass]
[DoNotParallelize]
public sealed class BufferReleaseTests : ChannelContract, IDisposable
{
    private readonly TempDirectory _directory = new();
    private long _rentsBefore;

    public void Dispose() => _directory.Dispose();

    [TestInitialize]
    public void Begin() => _rentsBefore = BufferPool.Rents;

    [TestCleanup]
    public Task EveryBufferIsBackAsync() => BufferCheck.AreBackAsync(_rentsBefore);

    internal override Task<(DuplexChannel<T1, T2> First, DuplexChannel<T2, T1> Second)> ConnectAsync<T1, T2>(
        DuplexChannelOptions<T1, T2>? first, DuplexChannelOptions<T2, T1>? second) =>
        ConnectAsync(ChannelAddress.Unix(_directory[$"{Guid.NewGuid():N}"]), first, second);
}
#endif
