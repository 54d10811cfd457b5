using CrossChannels;
using EndToEnd.Peers;

namespace EndToEnd.Parts;

/// <summary>An end with one connection that lasts for all rounds.</summary>
internal abstract class ConnectingPart<TWrite, TRead>(string address) : Part
{
    private DuplexChannel<TWrite, TRead>? _channel;

    protected DuplexChannel<TWrite, TRead> Channel => _channel!;

    protected virtual DuplexChannelOptions<TWrite, TRead> Options { get; } = new();

    public override async Task StartAsync() => _channel = await CrossChannel.ConnectAsync(address, Options);

    public override ValueTask StopAsync()
    {
        _channel?.Writer.TryComplete();
        return _channel?.DisposeAsync() ?? default;
    }
}
