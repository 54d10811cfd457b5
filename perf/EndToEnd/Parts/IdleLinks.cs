using System.Globalization;
using CrossChannels;
using EndToEnd.Peers;

namespace EndToEnd.Parts;

/// <summary>Opens links, and does nothing with them. A round opens all of them, however long it takes.</summary>
internal sealed class IdleLinks(string address, string count) : Part
{
    private readonly List<DuplexChannel<long, NoItem>> _channels = [];
    private readonly DuplexChannelOptions<long, NoItem> _options = new();

    public override async Task<double[]> RunAsync(TimeSpan duration)
    {
        int wanted = int.Parse(count, CultureInfo.InvariantCulture);
        for (int i = 0; i < wanted; i++)
            _channels.Add(await CrossChannel.ConnectAsync(address, _options));
        return [_channels.Count];
    }

    /// <summary>Leaves an endpoint that goes on.</summary>
    public async ValueTask CloseAsync()
    {
        foreach (DuplexChannel<long, NoItem> channel in _channels)
        {
            channel.Writer.TryComplete();
            await channel.DisposeAsync();
        }
    }

    public override ValueTask StopAsync()
    {
        foreach (DuplexChannel<long, NoItem> channel in _channels)
            channel.Abort("The scenario is over.");
        return default;
    }
}
