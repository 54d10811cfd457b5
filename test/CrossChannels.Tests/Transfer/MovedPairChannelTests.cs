namespace CrossChannels.Tests.Ends;

/// <summary>The whole contract over a pair of which one end was given away by a ticket, and opened from its bytes.</summary>
[TestClass]
public sealed class MovedPairChannelTests : ChannelContract
{
    internal override bool IsAcceptedReceived => OperatingSystem.IsLinux();

    internal override async Task<(DuplexChannel<T1, T2> First, DuplexChannel<T2, T1> Second)> ConnectAsync<T1, T2>(
        DuplexChannelOptions<T1, T2>? first, DuplexChannelOptions<T2, T1>? second)
    {
        (DuplexChannel<T1, T2> one, DuplexChannel<T2, T1> two) = CrossChannel.CreatePair(first, second);
        // A callback stays where it is, and so does a logger.
        if (first is null or { ItemDropped: null, Connection.Logger: null } || second is { ItemDropped: not null })
            one = await DuplexChannel<T1, T2>.OpenAsync(await EndTickets.PassAsync(one)).Done();
        else
            two = await DuplexChannel<T2, T1>.OpenAsync(await EndTickets.PassAsync(two)).Done();
        return await GreetAsync(one, two);
    }
}
