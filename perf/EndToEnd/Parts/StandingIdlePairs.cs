using System.Globalization;
using CrossChannels;
using EndToEnd.Peers;

namespace EndToEnd.Parts;

/// <summary>Opens idle links that go both ways when it starts, and holds them.</summary>
internal sealed class StandingIdlePairs(string address, string count) : Part
{
    private readonly List<DuplexChannel<long, long>> _channels = [];

    public override async Task StartAsync()
    {
        int wanted = int.Parse(count, CultureInfo.InvariantCulture);
        for (int i = 0; i < wanted; i++)
            _channels.Add(await CrossChannel.ConnectAsync<long, long>(address));
    }

    public override async ValueTask StopAsync()
    {
        foreach (DuplexChannel<long, long> channel in _channels)
        {
            channel.Writer.TryComplete();
            await channel.DisposeAsync();
        }
    }
}
