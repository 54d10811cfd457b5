using CrossChannels.Links;
using CrossChannels.Threading;

namespace CrossChannels.Channels;

/// <summary>Where a reader's items come from, as bytes. Implemented by structs, so that every call is direct.</summary>
internal interface IItemSource
{
    /// <summary>Guards the waiters that <see cref="TryEnqueueReader"/> takes.</summary>
    RankedLock Sync { get; }

    /// <summary>Why the channel is over, once nothing is left to read.</summary>
    Ending? Ending { get; }

    /// <summary>Why no more items will come; some may still be left to read.</summary>
    Closure? Closure { get; }

    Task Completion { get; }

    /// <summary>False where the built-in channel, of a single reader, does not count.</summary>
    bool CanCount { get; }

    int Count { get; }

    /// <summary>Takes the next item of a plain fixed size.</summary>
    bool TryTake<TItem>(out TItem item);

    /// <summary>Takes the next item of a plain fixed size, for a reader of leases.</summary>
    /// <exception cref="ItemUnreadableException">It has another size. It is taken, and <paramref name="tag"/> set.</exception>
    bool TryTake<TItem>(out TItem item, out DeliveryTag tag);

    /// <summary>Takes as many items of a plain fixed size as are here and fit.</summary>
    int TakeMany<TItem>(Span<TItem> destination);

    /// <summary>Claims the next item, of any size.</summary>
    /// <param name="slice">The caller releases it.</param>
    /// <param name="tag">Which delivery it is, where that is counted.</param>
    /// <param name="maxBytes">A larger item stays where it is, and <paramref name="tooLarge"/> tells its size.</param>
    /// <param name="tooLarge">Size in bytes of an item that was left for being too large, otherwise -1.</param>
    bool TryClaim(out ItemSlice slice, out DeliveryTag tag, int maxBytes, out int tooLarge);

    /// <summary>Looks at the next item; the caller releases the slice.</summary>
    bool TryPeek(out ItemSlice slice);

    /// <summary>Waits on this thread for a moment, where the other end can be seen at work and that pays.</summary>
    /// <returns>Whether an item, or the end, may be here.</returns>
    bool Spin();

    /// <summary>Queues a caller for one item, unless one is here or the channel is over; then <paramref name="closed"/> tells.</summary>
    /// <returns>False if the caller should try again at once.</returns>
    bool TryEnqueueReader(ReadWaiter waiter, out Closure? closed);

    /// <summary>Waits until there may be an item; false, or the error, when the channel is over and nothing is left.</summary>
    ValueTask<bool> WaitAsync(CancellationToken cancellationToken);

    /// <summary>Closes this end; done when the other has confirmed it, or after a deadline.</summary>
    ValueTask CloseAsync(string? reason);

    /// <summary>Closes this end without waiting.</summary>
    void Close();
}
