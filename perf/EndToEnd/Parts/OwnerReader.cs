using System.Globalization;
using CrossChannels;
using EndToEnd.Peers;

namespace EndToEnd.Parts;

/// <summary>Owns a shared channel and reads it, one by one.</summary>
internal sealed class OwnerReader(string address, string capacity) : Part
{
    private SharedChannel<long>? _channel;

    public override async Task StartAsync()
    {
        _channel = await CrossChannel.CreateBoundedAsync<long>(address, int.Parse(capacity, CultureInfo.InvariantCulture));
        RunInBackground(() => ItemLoops.ReadAsync(_channel.Reader, static () => { }));
    }

    public override ValueTask StopAsync() => _channel?.DisposeAsync() ?? default;
}
