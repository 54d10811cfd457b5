using CrossChannels;
using CrossChannels.Multiplexing;
using EndToEnd.Peers;
using Nerdbank.Streams;

namespace EndToEnd.Parts;

/// <summary>Writes numbers, one by one, to a channel of a multiplexer.</summary>
internal sealed class MultiplexedLongWriter(string address) : Part
{
    private MultiplexingStream? _multiplexer;
    private CrossChannelWriter<long>? _writer;

    public override async Task StartAsync()
    {
        _multiplexer = await ChannelMultiplexer.ConnectAsync(address);
        _writer = await _multiplexer.OfferWriterAsync<long>("numbers");
    }

    public override Task<double[]> RunAsync(TimeSpan duration) => ItemLoops.WriteAsync(_writer!, duration);

    public override async ValueTask StopAsync()
    {
        if (_writer is not null)
        {
            _writer.TryComplete();
            await _writer.DisposeAsync();
        }
        if (_multiplexer is not null)
            await _multiplexer.DisposeAsync();
    }
}

/// <summary>Takes one multiplexer, and reads numbers from a channel of it, one by one.</summary>
internal sealed class MultiplexedLongReader(string address, int capacity) : Part
{
    private MultiplexingStream? _multiplexer;

    public override Task StartAsync()
    {
        RunInBackground(async () =>
        {
            _multiplexer = await ChannelMultiplexer.AcceptAsync(address);
            await ItemLoops.ReadAsync(await _multiplexer.AcceptReaderAsync<long>("numbers", Capacity.Options(capacity)));
        });
        return Task.CompletedTask;
    }

    public override ValueTask StopAsync() => _multiplexer?.DisposeAsync() ?? default;
}
