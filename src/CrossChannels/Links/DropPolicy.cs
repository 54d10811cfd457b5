using System.Threading.Channels;

namespace CrossChannels.Links;

/// <summary>What a full channel drops.</summary>
/// <param name="Mode">Which item goes.</param>
/// <param name="Capacity">Items.</param>
/// <param name="Report">Called outside any lock with what was dropped, which it releases.</param>
internal sealed record DropPolicy(BoundedChannelFullMode Mode, int Capacity, Action<List<ItemSlice>> Report);
