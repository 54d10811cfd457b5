using System.Threading.Tasks.Sources;
using CrossChannels.Links;
using CrossChannels.Serialization;
using CrossChannels.Threading;

namespace CrossChannels.Channels;

/// <summary>A caller that waits for one item and deserializes it on its own thread.</summary>
internal sealed class ItemWaiter<T>(RankedLock sync, WaiterPool pool, ItemCodec<T> codec) : ReadWaiter(sync, pool), IValueTaskSource<T>
{
    T IValueTaskSource<T>.GetResult(short token)
    {
        // Settling gives this waiter back, so the item is taken first; if nothing was handed over, settling throws.
        ItemSlice item = Item;
        TakeResult(token);
        return ItemDecoder.Decode(codec, item);
    }
}
