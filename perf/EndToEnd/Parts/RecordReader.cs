using CrossChannels;

namespace EndToEnd.Parts;

/// <summary>Listens and reads records as JSON.</summary>
internal sealed class RecordReader(string address) : ListeningPart<NoItem, Measured>(address)
{
    protected override DuplexChannelOptions<NoItem, Measured> Options { get; } =
        new() { ReadItems = new() { Serializer = ItemSerializer.Json(MeasuredJson.Default.Measured) } };

    protected override async Task ServeAsync(DuplexChannel<NoItem, Measured> channel)
    {
        long rounds = 0;
        while (await channel.Reader.WaitToReadAsync())
        {
            while (channel.Reader.TryRead(out Measured? item))
                rounds += item.IsLast ? 1 : 0;
        }
    }
}
