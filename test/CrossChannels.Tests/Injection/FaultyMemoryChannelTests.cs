using CrossChannels.Tests.Transports;

namespace CrossChannels.Tests.Injection;

[TestClass]
public sealed class FaultyMemoryChannelTests : FaultyChannelContract
{
    internal override Task<(DuplexChannel<T1, T2> First, DuplexChannel<T2, T1> Second)> ConnectAsync<T1, T2>(
        DuplexChannelOptions<T1, T2>? first, DuplexChannelOptions<T2, T1>? second) =>
        ConnectAsync(ChannelAddress.Memory(TransportTest.UniqueName()), WithFaults(first), WithFaults(second));
}
