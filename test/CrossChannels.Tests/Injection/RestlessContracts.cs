using System.Threading.Channels;
using CrossChannels.Hub;
using CrossChannels.Tests.Hub;
using CrossChannels.Tests.Transports;

namespace CrossChannels.Tests.Injection;

#pragma warning disable MSTEST0030 // ContractRun runs them, each with a plan of its own.

/// <summary>The contract of a link, with restless callers.</summary>
internal abstract class RestlessLinkContract(Restlessness plan) : ChannelContract
{
    internal sealed override async Task<(DuplexChannel<T1, T2> First, DuplexChannel<T2, T1> Second)> ConnectAsync<T1, T2>(
        DuplexChannelOptions<T1, T2>? first, DuplexChannelOptions<T2, T1>? second)
    {
        (DuplexChannel<T1, T2> one, DuplexChannel<T2, T1> two) = await LinkAsync(first, second);
        return (new RestlessChannel<T1, T2>(one, plan), new RestlessChannel<T2, T1>(two, plan));
    }

    private protected abstract Task<(DuplexChannel<T1, T2> First, DuplexChannel<T2, T1> Second)> LinkAsync<T1, T2>(
        DuplexChannelOptions<T1, T2>? first, DuplexChannelOptions<T2, T1>? second);
}

internal sealed class RestlessPairContract(Restlessness plan) : RestlessLinkContract(plan)
{
    private protected override Task<(DuplexChannel<T1, T2> First, DuplexChannel<T2, T1> Second)> LinkAsync<T1, T2>(
        DuplexChannelOptions<T1, T2>? first, DuplexChannelOptions<T2, T1>? second)
    {
        (DuplexChannel<T1, T2> one, DuplexChannel<T2, T1> two) = CrossChannel.CreatePair(first, second);
        return GreetAsync(one, two);
    }
}

internal sealed class RestlessUnixContract(Restlessness plan) : RestlessLinkContract(plan), IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private protected override Task<(DuplexChannel<T1, T2> First, DuplexChannel<T2, T1> Second)> LinkAsync<T1, T2>(
        DuplexChannelOptions<T1, T2>? first, DuplexChannelOptions<T2, T1>? second) =>
        ConnectAsync(ChannelAddress.Unix(_directory[$"{Guid.NewGuid():N}"]), first, second);
}

internal sealed class RestlessLaneContract(Restlessness plan) : RestlessLinkContract(plan)
{
    internal override bool IsAcceptedReceived => true;

    private protected override Task<(DuplexChannel<T1, T2> First, DuplexChannel<T2, T1> Second)> LinkAsync<T1, T2>(
        DuplexChannelOptions<T1, T2>? first, DuplexChannelOptions<T2, T1>? second) =>
        ConnectAsync(ChannelAddress.SharedMemory(TransportTest.UniqueName()), first, second);
}

/// <summary>The contract of a hub's channel, with restless callers.</summary>
internal sealed class RestlessHubContract(Restlessness plan, bool isWriterRemote, bool usesLanes) : HubContract
{
    private protected override bool IsWriterRemote => isWriterRemote;

    private protected override bool IsReaderRemote => false;

    private protected override ChannelAddress NewAddress() => usesLanes ? ChannelAddress.SharedMemory(TransportTest.UniqueName()) : base.NewAddress();

    private protected override HubEnds<T> Between<T>(HubEnds<T> ends) => ends.Through(new RestlessWriter<T>(ends.Writer, plan), new RestlessReader<T>(ends.Reader, plan));
}

/// <summary>The contract of a hub's remote reader, with restless callers.</summary>
internal sealed class RestlessRemoteReaderContract(Restlessness plan, bool isWriterRemote, bool usesLanes) : RemoteReaderContract
{
    private protected override bool IsWriterRemote => isWriterRemote;

    private protected override ChannelAddress NewAddress() => usesLanes ? ChannelAddress.SharedMemory(TransportTest.UniqueName()) : base.NewAddress();

    private protected override HubEnds<T> Between<T>(HubEnds<T> ends) => ends.Through(new RestlessWriter<T>(ends.Writer, plan), new RestlessReader<T>(ends.Reader, plan));
}

/// <summary>The core of the contract, at the owner of a channel that is a built-in channel there.</summary>
internal sealed class RestlessBackedContract(Restlessness plan) : ChannelCore
{
    internal override Task<Ends<int>> OpenAsync(ChannelOptions options, Action<int>? itemDropped = null, string test = "")
    {
        BackedChannel<int> channel = PumpedHub.Channel(options, itemDropped);
        return Task.FromResult(new Ends<int>(new RestlessWriter<int>(channel.Writer, plan), new RestlessReader<int>(channel.Reader, plan)));
    }

    internal override void AssertError(Exception expected, Exception? actual) => Assert.AreSame(expected, actual);
}
