using System.Threading.Channels;

namespace CrossChannels.Links;

/// <summary>What a full channel drops.</summary>
/// <param name="Mode">Which item goes.</param>
/// <param name="Capacity">Items.</param>
/// <param name="MaxBytes">Payload bytes; a single item may exceed it.</param>
/// <param name="Report">Called outside any lock with what was dropped, which it releases.</param>
internal sealed record DropPolicy(BoundedChannelFullMode Mode, int Capacity, long MaxBytes, Action<List<ItemSlice>> Report)
{
    /// <summary>Appends one item to a queue made for single items, and drops what there is too much of.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="item">The item, its length included.</param>
    /// <param name="unreadBytes">Payload bytes in the queue, kept up to date.</param>
    /// <param name="dropped">Gets what was dropped.</param>
    /// <returns>How many items were dropped.</returns>
    public int Append(ItemQueue queue, ReadOnlySpan<byte> item, ref long unreadBytes, List<ItemSlice> dropped)
    {
        int before = dropped.Count;
        bool dropWrite = Mode == BoundedChannelFullMode.DropWrite && IsFull(queue, unreadBytes + item.Length);
        while (!dropWrite && IsFull(queue, unreadBytes + item.Length))
            dropped.Add(Drop(queue, isNewest: Mode == BoundedChannelFullMode.DropNewest, ref unreadBytes));
        queue.Append(item, 1);
        unreadBytes += item.Length;
        if (dropWrite)
            dropped.Add(Drop(queue, isNewest: true, ref unreadBytes));
        return dropped.Count - before;
    }

    private static ItemSlice Drop(ItemQueue queue, bool isNewest, ref long unreadBytes)
    {
        ItemSlice slice;
        int bytes;
        if (isNewest)
            slice = queue.ClaimNewest(out bytes);
        else
            queue.TryClaim(out slice, out bytes);
        unreadBytes -= bytes;
        return slice;
    }

    private bool IsFull(ItemQueue queue, long bytes) => queue.Count > 0 && (queue.Count >= Capacity || bytes > MaxBytes);
}
