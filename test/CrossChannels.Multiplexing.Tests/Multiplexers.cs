using Nerdbank.Streams;

namespace CrossChannels.Multiplexing.Tests;

/// <summary>Both ends of one multiplexed connection, in this process.</summary>
internal sealed record Multiplexers(MultiplexingStream First, MultiplexingStream Second) : IAsyncDisposable
{
    public static async Task<Multiplexers> OverUnixAsync(MultiplexerOptions? options = null)
    {
        (Stream first, Stream second) = await Connections.StreamsAsync();
        return await OverAsync(ChannelMultiplexer.CreateAsync(first, options), ChannelMultiplexer.CreateAsync(second, options));
    }

    public static async Task<Multiplexers> OverWebSocketAsync(MultiplexerOptions? options = null)
    {
        (System.Net.WebSockets.WebSocket server, System.Net.WebSockets.WebSocket client) = await Connections.WebSocketsAsync();
        return await OverAsync(ChannelMultiplexer.CreateAsync(server, options), ChannelMultiplexer.CreateAsync(client, options));
    }

    public static async Task<Multiplexers> OverAsync(Task<MultiplexingStream> first, Task<MultiplexingStream> second)
    {
        await Task.WhenAll(first, second).Done("the handshake of two multiplexers");
        return new Multiplexers(await first, await second);
    }

    /// <summary>A channel of one name, offered by the first and accepted by the second.</summary>
    public async Task<(DuplexChannel<T1, T2> Offered, DuplexChannel<T2, T1> Accepted)> OpenAsync<T1, T2>(
        string name, DuplexChannelOptions<T1, T2>? first = null, DuplexChannelOptions<T2, T1>? second = null)
    {
        Task<DuplexChannel<T1, T2>> offering = First.OfferAsync(name, first);
        Task<DuplexChannel<T2, T1>> accepting = Second.AcceptAsync(name, second);
        await Task.WhenAll(offering, accepting).Done($"the channel '{name}'");
        return (await offering, await accepting);
    }

    public async ValueTask DisposeAsync()
    {
        await First.DisposeAsync().Done("the first multiplexer to close");
        await Second.DisposeAsync().Done("the second multiplexer to close");
    }
}
