namespace CrossChannels.Tests.Channels;

[TestClass]
public sealed class PairChannelTests : ChannelContract
{
    internal override Task<(CrossChannel<T1, T2> First, CrossChannel<T2, T1> Second)> ConnectAsync<T1, T2>(
        CrossChannelOptions<T1, T2>? first, CrossChannelOptions<T2, T1>? second)
    {
        (CrossChannel<T1, T2> one, CrossChannel<T2, T1> two) = CrossChannel.CreatePair(first, second);
        return GreetAsync(one, two);
    }
}
