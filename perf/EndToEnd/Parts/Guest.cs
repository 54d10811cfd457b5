using System.Diagnostics;
using CrossChannels;
using EndToEnd.Peers;

namespace EndToEnd.Parts;

/// <summary>Connects, writes one item and leaves, again and again.</summary>
internal sealed class Guest(string address) : Part
{
    private readonly ChannelAddress _address = ChannelAddress.Parse(address, null);
    private readonly DuplexChannelOptions<long, NoItem> _options = new();

    public override async Task<double[]> RunAsync(TimeSpan duration)
    {
        long started = Stopwatch.GetTimestamp();
        long count = 0;
        do
        {
            await using DuplexChannel<long, NoItem> channel = await CrossChannel.ConnectAsync(_address, _options);
            await channel.Writer.WriteAsync(1);
            count++;
        }
        while (Stopwatch.GetElapsedTime(started) < duration);
        return [Stopwatch.GetElapsedTime(started).TotalMicroseconds / count, count];
    }
}
