namespace CrossChannels.Tests.Reconnecting;

/// <summary>Ends that reconnect are, while their hub is there, as all others.</summary>
[TestClass]
public sealed class ReconnectingEndsContractTests : RemoteReaderContract
{
    private protected override bool IsWriterRemote => true;

    private protected override ConnectionOptions RemoteOptions() => new() { Reconnect = new() };
}

/// <summary>A writer that keeps what it has sent, and the owner's reader.</summary>
[TestClass]
public sealed class ResendingWriterContractTests : HubContract
{
    private protected override bool IsWriterRemote => true;

    private protected override bool IsReaderRemote => false;

    private protected override ConnectionOptions RemoteOptions() => new() { Reconnect = new() { ResendUnreceived = true } };
}
