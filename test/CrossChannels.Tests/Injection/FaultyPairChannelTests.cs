namespace CrossChannels.Tests.Injection;

[TestClass]
public sealed class FaultyPairChannelTests : FaultyChannelContract
{
    internal override Task<(DuplexChannel<T1, T2> First, DuplexChannel<T2, T1> Second)> ConnectAsync<T1, T2>(
        DuplexChannelOptions<T1, T2>? first, DuplexChannelOptions<T2, T1>? second)
    {
        (DuplexChannel<T1, T2> one, DuplexChannel<T2, T1> two) = CrossChannel.CreatePair(WithFaults(first), WithFaults(second));
        return GreetAsync(one, two);
    }
}
