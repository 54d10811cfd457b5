using System.Runtime.Versioning;
using CrossChannels.Tests.Transports;

namespace CrossChannels.Tests.SharedMemory;

/// <summary>The writer is elsewhere, over shared memory, and the owner reads.</summary>
[TestClass]
[SupportedOSPlatform("linux")]
public sealed class HubLaneWriterContractTests : HubContract
{
    private protected override bool IsWriterRemote => true;

    private protected override bool IsReaderRemote => false;

    private protected override ChannelAddress NewAddress() => ChannelAddress.SharedMemory(TransportTest.UniqueName());
}

/// <summary>A writer and a reader elsewhere, over shared memory.</summary>
[TestClass]
[SupportedOSPlatform("linux")]
public sealed class HubLaneEndsContractTests : RemoteReaderContract
{
    private protected override bool IsWriterRemote => true;

    private protected override ChannelAddress NewAddress() => ChannelAddress.SharedMemory(TransportTest.UniqueName());
}
