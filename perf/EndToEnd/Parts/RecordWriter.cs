using CrossChannels;

namespace EndToEnd.Parts;

/// <summary>Writes records as JSON.</summary>
internal sealed class RecordWriter(string address) : ConnectingPart<Measured, NoItem>(address)
{
    protected override DuplexChannelOptions<Measured, NoItem> Options { get; } =
        new() { WriteItems = new() { Serializer = ItemSerializer.Json(MeasuredJson.Default.Measured) } };

    public override Task<double[]> RunAsync(TimeSpan duration) =>
        ItemLoops.WriteAsync(Channel.Writer, Measured.Sample, Measured.Last, ItemLoops.SmallItemsPerLook, () => Channel.Writer.JoinAsync().AsTask(), duration);
}
