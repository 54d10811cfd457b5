#if DEBUG
using CrossChannels.Buffers;
using CrossChannels.Tests.Hub;

namespace CrossChannels.Tests.Injection;

/// <summary>The same of a hub's channel.</summary>
[TestClass]
[DoNotParallelize]
public sealed class HubRemoteEndsBufferReleaseTests : RemoteReaderContract
{
    private long _rentsBefore;

    private protected override bool IsWriterRemote => true;

    [TestInitialize]
    public void Begin() => _rentsBefore = BufferPool.Rents;

    [TestCleanup]
    public Task EveryBufferIsBackAsync() => BufferCheck.AreBackAsync(_rentsBefore);
}
#endif
