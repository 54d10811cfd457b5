using CrossChannels.Tests.Transports;

namespace CrossChannels.Tests.Channels;

[TestClass]
public sealed class MemoryChannelTests : ChannelContract
{
    internal override Task<(CrossChannel<T1, T2> First, CrossChannel<T2, T1> Second)> ConnectAsync<T1, T2>(
        CrossChannelOptions<T1, T2>? first, CrossChannelOptions<T2, T1>? second) =>
        ConnectAsync(ChannelAddress.Memory(TransportTest.UniqueName()), first, second);
}
