using CrossChannels.Links;
using CrossChannels.Serialization;

namespace CrossChannels.Tests.Links;

/// <summary>A real link over an input and an output of a test's own.</summary>
internal static class LinkTest
{
    public static Link Make<TWrite, TRead>(
        LinkInput input, LinkOutput output, ConnectionOptions? settings = null, long capacity = 16, long window = 10_000, int maxItemBytes = 2_000, WorkScheduler? scheduler = null)
    {
        ItemCodec<TWrite> writes = ItemCodec.Create(new ItemOptions<TWrite>());
        ItemCodec<TRead> reads = ItemCodec.Create(new ItemOptions<TRead>());
        return new Link(
            input,
            output,
            new LinkIdentity(writes.Contract, reads.Contract, "", settings ?? new ConnectionOptions()),
            new LinkPeer("a test", null, null, null),
            new ItemHalves(
                new SenderOptions(writes.ElementSize, maxItemBytes, 1 << 20, WakeInline: false),
                new ReceiverOptions(reads.ElementSize, maxItemBytes, capacity, window, Drops: null, IsSingleReader: false, WakeInline: false)),
            scheduler);
    }

    /// <summary>The items that arrived on a link and nobody has read.</summary>
    public static ItemReceiver Items(this Link link) => (ItemReceiver)link.Receiver;
}
