namespace CrossChannels.Tests.Channels;

[TestClass]
public sealed class PairChannelTests : ChannelContract
{
    internal override Task<(DuplexChannel<T1, T2> First, DuplexChannel<T2, T1> Second)> ConnectAsync<T1, T2>(
        DuplexChannelOptions<T1, T2>? first, DuplexChannelOptions<T2, T1>? second)
    {
        (DuplexChannel<T1, T2> one, DuplexChannel<T2, T1> two) = CrossChannel.CreatePair(first, second);
        return GreetAsync(one, two);
    }
}
