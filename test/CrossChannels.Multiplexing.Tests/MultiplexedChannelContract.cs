namespace CrossChannels.Multiplexing.Tests;

/// <summary>What every channel over a link promises, over channels of one multiplexed connection.</summary>
public abstract class MultiplexedChannelContract : ChannelContract, IAsyncDisposable
{
    private Multiplexers? _multiplexers;
    private int _channels;

    [TestInitialize]
    public async Task StartAsync() => _multiplexers = await ConnectAsync();

    public async ValueTask DisposeAsync()
    {
        if (_multiplexers is not null)
            await _multiplexers.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    internal override async Task<(DuplexChannel<T1, T2> First, DuplexChannel<T2, T1> Second)> ConnectAsync<T1, T2>(
        DuplexChannelOptions<T1, T2>? first, DuplexChannelOptions<T2, T1>? second) =>
        await _multiplexers!.OpenAsync($"channel {Interlocked.Increment(ref _channels)}", first, second);

    private protected abstract Task<Multiplexers> ConnectAsync();
}

/// <summary>Version 3, over a Unix socket.</summary>
[TestClass]
public sealed class MultiplexedChannelTests : MultiplexedChannelContract
{
    private protected override Task<Multiplexers> ConnectAsync() => Multiplexers.OverUnixAsync();
}

/// <summary>Version 2, over a WebSocket.</summary>
[TestClass]
public sealed class MultiplexedWebSocketTests : MultiplexedChannelContract
{
    private protected override Task<Multiplexers> ConnectAsync() => Multiplexers.OverWebSocketAsync(new() { ProtocolVersion = 2 });
}

/// <summary>Version 1, which has no windows, made by the package itself over a stream in memory.</summary>
[TestClass]
public sealed class MultiplexedFirstVersionTests : MultiplexedChannelContract
{
    private protected override Task<Multiplexers> ConnectAsync()
    {
        (Stream first, Stream second) = Nerdbank.Streams.FullDuplexStream.CreatePair();
        return Multiplexers.OverAsync(Nerdbank.Streams.MultiplexingStream.CreateAsync(first), Nerdbank.Streams.MultiplexingStream.CreateAsync(second));
    }
}
