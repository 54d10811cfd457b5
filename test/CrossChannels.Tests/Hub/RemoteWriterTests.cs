namespace CrossChannels.Tests.Hub;

/// <summary>The writer is elsewhere, and the owner reads.</summary>
[TestClass]
public sealed class RemoteWriterTests : HubContract
{
    private protected override bool IsWriterRemote => true;

    private protected override bool IsReaderRemote => false;
}
