using CrossChannels.Protocol;

namespace CrossChannels.Tests.Faults;

/// <summary>A real listener that has accepted a raw client.</summary>
internal sealed class RawLink<TWrite, TRead> : IAsyncDisposable
{
    private readonly RawListener<TWrite, TRead> _listener;

    private RawLink(RawListener<TWrite, TRead> listener, RawPeer raw, DuplexChannel<TWrite, TRead> channel)
    {
        _listener = listener;
        Raw = raw;
        Channel = channel;
    }

    public RawPeer Raw { get; }

    public DuplexChannel<TWrite, TRead> Channel { get; }

    /// <param name="options">Of the end under test.</param>
    /// <param name="welcome">What the raw client says first, with the credit for the end under test.</param>
    public static async Task<RawLink<TWrite, TRead>> OpenAsync(DuplexChannelOptions<TWrite, TRead>? options = null, byte[]? welcome = null)
    {
        var listener = await RawListener<TWrite, TRead>.StartAsync(options);
        RawPeer raw = await listener.ConnectAsync();
        await raw.SendAsync(Wire.Greeting<TRead, TWrite>(), welcome ?? Wire.Welcome());
        DuplexChannel<TWrite, TRead> channel = await listener.AcceptAsync();
        await raw.ReadGreetingAsync();
        await raw.ReadFrameAsync(FrameType.Welcome);
        return new RawLink<TWrite, TRead>(listener, raw, channel);
    }

    public async ValueTask DisposeAsync()
    {
        await Raw.DisposeAsync();
        Channel.Abort();
        await _listener.DisposeAsync();
    }
}
