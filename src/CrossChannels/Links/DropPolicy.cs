using System.Threading.Channels;

namespace CrossChannels.Links;

/// <summary>What a full channel drops.</summary>
/// <param name="Mode">Which item goes.</param>
/// <param name="Capacity">Items.</param>
/// <param name="Report">Called outside any lock with what was dropped, which it releases.</param>
internal sealed record DropPolicy(BoundedChannelFullMode Mode, int Capacity, Action<List<ItemSlice>> Report)
{
    /// <summary>Appends one item to a queue made for single items, and drops one if that is full.</summary>
    /// <returns>Payload bytes of the dropped item; 0 if none was.</returns>
    public long Append(ItemQueue queue, ReadOnlySpan<byte> item, bool isFull, List<ItemSlice> dropped)
    {
        ItemSlice slice = default;
        int bytes = 0;
        switch (Mode)
        {
            case BoundedChannelFullMode.DropOldest when isFull:
                queue.TryClaim(out slice, out bytes);
                queue.Append(item, 1);
                break;
            case BoundedChannelFullMode.DropNewest when isFull:
                slice = queue.ClaimNewest(out bytes);
                queue.Append(item, 1);
                break;
            case BoundedChannelFullMode.DropWrite when isFull:
                queue.Append(item, 1);
                slice = queue.ClaimNewest(out bytes);
                break;
            default:
                queue.Append(item, 1);
                return 0;
        }
        dropped.Add(slice);
        return bytes;
    }
}
