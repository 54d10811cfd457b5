using System.Threading.Channels;

namespace CrossChannels.Hub;

/// <summary>Makes the built-in channel that holds a pumped channel's items.</summary>
internal static class PumpedQueue
{
    /// <param name="options">As the user gave them.</param>
    /// <param name="dropped">Called with what a full channel drops.</param>
    /// <exception cref="NotSupportedException">No built-in channel has such options for this type.</exception>
    public static Channel<Held<T>> Create<T>(ChannelOptions options, Action<Held<T>> dropped) => options switch
    {
        BoundedChannelOptions bounded => Channel.CreateBounded(bounded, dropped),
        UnboundedChannelOptions unbounded => Channel.CreateUnbounded<Held<T>>(unbounded),
        UnboundedPrioritizedChannelOptions<T> prioritized => Channel.CreateUnboundedPrioritized(new UnboundedPrioritizedChannelOptions<Held<T>>
        {
            Comparer = new HeldComparer<T>(prioritized.Comparer ?? Comparer<T>.Default),
            SingleReader = prioritized.SingleReader,
            SingleWriter = prioritized.SingleWriter,
            AllowSynchronousContinuations = prioritized.AllowSynchronousContinuations,
        }),
        _ => throw new NotSupportedException($"A channel of {typeof(T)} cannot be made with {options.GetType()}."),
    };

    /// <summary>What could not be read comes first, so that somebody learns of it.</summary>
    private sealed class HeldComparer<T>(IComparer<T> items) : IComparer<Held<T>>
    {
        public int Compare(Held<T> x, Held<T> y) => (x.Error is null, y.Error is null) switch
        {
            (true, true) => items.Compare(x.Item, y.Item),
            (bool isItem, bool isOtherItem) => isItem.CompareTo(isOtherItem),
        };
    }
}
