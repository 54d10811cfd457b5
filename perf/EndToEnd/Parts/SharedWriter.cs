using CrossChannels;
using EndToEnd.Peers;

namespace EndToEnd.Parts;

/// <summary>Writes numbers to a shared channel, one by one. A round ends when every item in the channel is read, or settled.</summary>
internal sealed class SharedWriter(string address) : Part
{
    private CrossChannelWriter<long>? _writer;

    public override async Task StartAsync() => _writer = await CrossChannel.OpenWriterAsync<long>(address);

    public override Task<double[]> RunAsync(TimeSpan duration) =>
        ItemLoops.WriteAsync(_writer!, 1, ItemLoops.Last, ItemLoops.SmallItemsPerLook, () => _writer!.JoinAsync().AsTask(), duration);

    public override ValueTask StopAsync() => _writer?.DisposeAsync() ?? default;
}
