using CrossChannels;

namespace EndToEnd.Parts;

/// <summary>Writes numbers, one by one.</summary>
internal sealed class LongWriter(string address) : ConnectingPart<long, NoItem>(address)
{
    public override Task<double[]> RunAsync(TimeSpan duration) =>
        ItemLoops.WriteAsync(Channel.Writer, 1, ItemLoops.Last, ItemLoops.SmallItemsPerLook, () => Channel.Writer.JoinAsync().AsTask(), duration);
}
