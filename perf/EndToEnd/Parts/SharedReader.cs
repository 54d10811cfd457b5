using CrossChannels;
using EndToEnd.Peers;

namespace EndToEnd.Parts;

/// <summary>Reads numbers of a shared channel, one by one.</summary>
internal sealed class SharedReader(string address) : Part
{
    private CrossChannelReader<long>? _reader;

    public override async Task StartAsync()
    {
        _reader = await CrossChannel.OpenReaderAsync<long>(address);
        RunInBackground(() => ItemLoops.ReadAsync(_reader, static () => { }));
    }

    public override ValueTask StopAsync() => _reader?.DisposeAsync() ?? default;
}
