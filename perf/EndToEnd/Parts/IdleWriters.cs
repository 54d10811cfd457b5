using System.Globalization;
using CrossChannels;
using EndToEnd.Peers;

namespace EndToEnd.Parts;

/// <summary>Opens writers of a shared channel, and does nothing with them.</summary>
internal sealed class IdleWriters(string address, string count) : Part
{
    private readonly CrossChannelWriter<long>[] _writers = new CrossChannelWriter<long>[int.Parse(count, CultureInfo.InvariantCulture)];

    public override async Task StartAsync()
    {
        for (int i = 0; i < _writers.Length; i++)
            _writers[i] = await CrossChannel.OpenWriterAsync<long>(address);
    }

    public override async ValueTask StopAsync() => await Task.WhenAll(_writers.Select(static writer => writer?.DisposeAsync().AsTask() ?? Task.CompletedTask));
}
