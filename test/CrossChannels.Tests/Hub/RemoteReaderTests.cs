namespace CrossChannels.Tests.Hub;

/// <summary>The owner writes, and the reader is elsewhere.</summary>
[TestClass]
public sealed class RemoteReaderTests : RemoteReaderContract
{
    private protected override bool IsWriterRemote => false;
}
