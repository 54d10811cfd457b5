#if DEBUG
using CrossChannels.Buffers;
using CrossChannels.Links;
using CrossChannels.Protocol;

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

    /// <summary>What was accepted and never left, since nobody will read it.</summary>
    [TestMethod]
    public void UnsentItems_AreDropped()
    {
        var backlog = new SendBacklog(new SenderOptions(ElementSize: 0, MaxItemBytes: 1 << 20, MaxUnsentBytes: 1 << 24, WakeInline: false));
        backlog.Open(new CreditFrame(100, 1 << 24));
        for (int i = 0; i < 10; i++)
            backlog.Append(new byte[20_000], isNull: false);
        Assert.IsTrue(backlog.HasItems);
        WakeList wake = default;
        backlog.Drop(new IOException("nobody reads"), ref wake);
        Assert.IsFalse(backlog.HasItems);
    }

    internal override Task<(DuplexChannel<T1, T2> First, DuplexChannel<T2, T1> Second)> ConnectAsync<T1, T2>(
        DuplexChannelOptions<T1, T2>? first, DuplexChannelOptions<T2, T1>? second) =>
        ConnectAsync(ChannelAddress.Unix(_directory[$"{Guid.NewGuid():N}"]), first, second);
}
#endif
