namespace CrossChannels.Tests.Hub;

/// <summary>A writer and a reader elsewhere.</summary>
[TestClass]
public sealed class RemoteEndsTests : RemoteReaderContract
{
    private protected override bool IsWriterRemote => true;
}
