using System.Threading.Channels;
using CrossChannels.Hub;

namespace CrossChannels.Tests.Hub;

/// <summary>The owner's two ends keep the core of the contract as the channel under them does.</summary>
[TestClass]
public sealed class PumpedChannelContractTests : ChannelCore
{
    internal override Task<Ends<int>> OpenAsync(ChannelOptions options, Action<int>? itemDropped = null, string test = "")
    {
        BackedChannel<int> channel = PumpedHub.Channel(options, itemDropped);
        return Task.FromResult(new Ends<int>(channel.Writer, channel.Reader));
    }

    internal override void AssertError(Exception expected, Exception? actual) => Assert.AreSame(expected, actual);
}
