using System.Diagnostics;
using CrossChannels.Channels;
using CrossChannels.Links;

namespace CrossChannels;

/// <summary>An item that was handed to a reader and is not settled. Complete it when it is processed; otherwise it is delivered again.</summary>
/// <typeparam name="T">The item type.</typeparam>
/// <remarks>
/// When the reader's process dies, or the reader is closed, its open leases go back to the queue, at their old place. So does a lease that the program
/// has lost (it was collected unsettled), with a warning, unless its reader is used with <see cref="LeasedReader{T}.TaskDone"/>.
/// </remarks>
public sealed class Lease<T> : IDisposable
{
    private readonly DeliveryTag _tag;

    // The guard, which knows the holder, or the holder where no guard is needed; null once the lease is settled. One field, since there are millions of leases a second.
    private object? _owner;

    internal Lease(ILeaseHolder holder, DeliveryTag tag, T item)
    {
        _tag = tag;
        Item = item;
        _owner = (object?)holder.Hand(this, tag.Sequence) ?? holder;
    }

    /// <summary>The item.</summary>
    public T Item { get; }

    /// <summary>Which delivery of the item this is; 1 is the first.</summary>
    public int DeliveryCount => _tag.Deliveries + 1;

    /// <summary>The trace of who wrote the item, for a span of the work on it; default if it was not traced.</summary>
    public ActivityContext TraceContext => _tag.TraceContext;

    /// <summary>Settles the lease: the item is processed. Sent to the hub soon, together with others.</summary>
    /// <exception cref="InvalidOperationException">The lease is settled already.</exception>
    /// <exception cref="System.Threading.Channels.ChannelClosedException">Its reader, or the link, is closed: the item is delivered again.</exception>
    public void Complete() => Settle(isCompleted: true);

    /// <summary>Settles the lease, and completes when the hub has confirmed it.</summary>
    /// <exception cref="InvalidOperationException">The lease is settled already.</exception>
    /// <exception cref="System.Threading.Channels.ChannelClosedException">Its reader, or the link, is closed: the item is delivered again.</exception>
    /// <exception cref="CrossChannelException">The link ended before the hub confirmed it: the item may be delivered again.</exception>
    public ValueTask CompleteAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellationToken);
        if (TakeHolder() is not { } holder || !holder.TryComplete(_tag.Sequence, out Task confirmed))
            throw SettledAlready();
        return new ValueTask(confirmed.WaitAsync(cancellationToken));
    }

    /// <summary>Gives the item back: to its place in the queue, or to the dead-letter channel.</summary>
    /// <exception cref="InvalidOperationException">The lease is settled already.</exception>
    /// <exception cref="System.Threading.Channels.ChannelClosedException">Its reader, or the link, is closed: the item is delivered again.</exception>
    public void Abandon() => Settle(isCompleted: false);

    /// <summary>Abandons the lease unless it is settled.</summary>
    public void Dispose()
    {
        TakeHolder()?.Abandon(_tag.Sequence);
    }

    private void Settle(bool isCompleted)
    {
        if (TakeHolder() is not { } holder || !holder.TrySettle(_tag.Sequence, isCompleted))
            throw SettledAlready();
    }

    private static InvalidOperationException SettledAlready() =>
        new("The lease is settled already: completed, abandoned, disposed, or counted by TaskDone.");

    /// <returns>Null if the lease is settled.</returns>
    private ILeaseHolder? TakeHolder()
    {
        object? owner = Interlocked.Exchange(ref _owner, null);
        return owner is LeaseGuard guard ? guard.Release() : (ILeaseHolder?)owner;
    }
}
