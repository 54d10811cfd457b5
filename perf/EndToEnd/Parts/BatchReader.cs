using CrossChannels;

namespace EndToEnd.Parts;

/// <summary>Listens and reads numbers, as many a call as are there.</summary>
internal sealed class BatchReader(string address) : ListeningPart<NoItem, long>(address)
{
    protected override DuplexChannelOptions<NoItem, long> Options { get; } = new() { Reading = Capacity.Options(Capacity.Unbounded) };

    protected override async Task ServeAsync(DuplexChannel<NoItem, long> channel)
    {
        long[] items = new long[BatchWriter.ItemsPerCall];
        while (await channel.Reader.WaitToReadAsync())
            await channel.Reader.ReadManyAsync(items);
    }
}
