using System.Threading.Channels;

namespace CrossChannels.Tests.Channels;

/// <summary>The core of the contract against the channels that it describes.</summary>
[TestClass]
public sealed class BuiltInChannelTests : DroppingChannelCore
{
    internal override Task<Ends<int>> OpenAsync(ChannelOptions options, Action<int>? itemDropped = null, string test = "")
    {
        Channel<int> channel = options is BoundedChannelOptions bounded
            ? Channel.CreateBounded(bounded, itemDropped)
            : Channel.CreateUnbounded<int>((UnboundedChannelOptions)options);
        return Task.FromResult(new Ends<int>(channel.Writer, channel.Reader));
    }

    internal override void AssertError(Exception expected, Exception? actual) => Assert.AreSame(expected, actual);
}
