using System.Threading.Channels;
using CrossChannels.Tests.Transports;

namespace CrossChannels.Tests.Channels;

[TestClass]
public sealed class SharedMemoryChannelTests : ChannelContract
{
    internal override bool IsAcceptedReceived => true;

    internal override async Task<(DuplexChannel<T1, T2> First, DuplexChannel<T2, T1> Second)> ConnectAsync<T1, T2>(
        DuplexChannelOptions<T1, T2>? first, DuplexChannelOptions<T2, T1>? second)
    {
        (DuplexChannel<T1, T2> one, DuplexChannel<T2, T1> two) =
            await ConnectAsync(ChannelAddress.SharedMemory(TransportTest.UniqueName()), first, second);
        bool isSecondRead = typeof(T1) != typeof(NoItem) && second?.Reading is not BoundedChannelOptions { FullMode: not BoundedChannelFullMode.Wait };
        bool isFirstRead = typeof(T2) != typeof(NoItem) && first?.Reading is not BoundedChannelOptions { FullMode: not BoundedChannelFullMode.Wait };
        Assert.AreEqual(isFirstRead || isSecondRead, one.Peer!.IsSharedMemory);
        Assert.AreEqual(isFirstRead || isSecondRead, two.Peer!.IsSharedMemory);
        return (one, two);
    }
}
