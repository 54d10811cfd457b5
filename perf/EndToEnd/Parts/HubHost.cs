using CrossChannels;
using EndToEnd.Peers;

namespace EndToEnd.Parts;

/// <summary>A hub in a process of its own: it holds one channel, whose items it does not know.</summary>
internal sealed class HubHost(string address, string capacity, string isLeased) : Part
{
    private ChannelHub? _hub;

    public override async Task StartAsync()
    {
        ChannelAddress channel = ChannelAddress.Parse(address, null);
        _hub = await ChannelHub.StartAsync(channel.WithChannel(null));
        _hub.Declare(channel.Channel!, Capacity.Options(capacity), bool.Parse(isLeased) ? new LeaseOptions() : null);
    }

    public override ValueTask StopAsync() => _hub?.DisposeAsync() ?? default;
}
