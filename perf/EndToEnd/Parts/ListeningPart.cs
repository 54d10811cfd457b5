using CrossChannels;
using EndToEnd.Peers;

namespace EndToEnd.Parts;

/// <summary>An end that listens and serves every connection until the process ends.</summary>
internal abstract class ListeningPart<TWrite, TRead>(string address) : Part
{
    private DuplexChannelListener<TWrite, TRead>? _listener;

    protected virtual DuplexChannelOptions<TWrite, TRead> Options { get; } = new();

    public override async Task StartAsync()
    {
        _listener = await CrossChannel.ListenAsync(address, Options);
        RunInBackground(AcceptAllAsync);
    }

    public override ValueTask StopAsync() => _listener?.DisposeAsync() ?? default;

    protected abstract Task ServeAsync(DuplexChannel<TWrite, TRead> channel);

    private async Task AcceptAllAsync()
    {
        await foreach (DuplexChannel<TWrite, TRead> channel in _listener!.Accepted.ReadAllAsync())
            RunInBackground(() => ServeAsync(channel));
    }
}
