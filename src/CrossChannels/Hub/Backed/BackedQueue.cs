using System.Threading.Channels;

namespace CrossChannels.Hub;

/// <summary>Makes the built-in channel that holds a pumped channel's items.</summary>
internal static class BackedQueue
{
    /// <param name="options">As the user gave them.</param>
    /// <param name="dropped">Called with what a full channel drops.</param>
    /// <param name="comparerFailed">Called with what the order throws.</param>
    /// <exception cref="NotSupportedException">No built-in channel has such options for this type.</exception>
    public static Channel<QueuedItem<T>> Create<T>(ChannelOptions options, Action<QueuedItem<T>> dropped, Action<Exception> comparerFailed) => options switch
    {
        BoundedChannelOptions bounded => Channel.CreateBounded(bounded, dropped),
        UnboundedChannelOptions unbounded => Channel.CreateUnbounded<QueuedItem<T>>(unbounded),
        UnboundedPrioritizedChannelOptions<T> prioritized => Channel.CreateUnboundedPrioritized(new UnboundedPrioritizedChannelOptions<QueuedItem<T>>
        {
            Comparer = new HeldComparer<T>(prioritized.Comparer ?? Comparer<T>.Default, comparerFailed),
            SingleReader = prioritized.SingleReader,
            SingleWriter = prioritized.SingleWriter,
            AllowSynchronousContinuations = prioritized.AllowSynchronousContinuations,
        }),
        _ => throw new NotSupportedException($"A channel of {typeof(T)} cannot be made with {options.GetType()}."),
    };

    /// <summary>What could not be read comes first, so that somebody learns of it. Items whose order cannot be told are equal.</summary>
    /// <remarks>Nothing may leave it: the built-in queue would go on with an item doubled, and another lost.</remarks>
    private sealed class HeldComparer<T>(IComparer<T> items, Action<Exception> failed) : IComparer<QueuedItem<T>>
    {
        public int Compare(QueuedItem<T> x, QueuedItem<T> y) => (x.Error is null, y.Error is null) switch
        {
            (true, true) => CompareItems(x.Item, y.Item),
            (bool isItem, bool isOtherItem) => isItem.CompareTo(isOtherItem),
        };

        private int CompareItems(T x, T y)
        {
            try
            {
                return items.Compare(x, y);
            }
            catch (Exception e)
            {
                ComparerFailure.Note(e);
                failed(e);
                return 0;
            }
        }
    }
}
