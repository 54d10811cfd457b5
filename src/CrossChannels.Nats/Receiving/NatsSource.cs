using CrossChannels.Channels;
using CrossChannels.Links;
using CrossChannels.Threading;

namespace CrossChannels.Nats.Receiving;

/// <summary>A channel on the server, as a reader reads it. Every member forwards.</summary>
internal readonly struct NatsSource(NatsReceiver receiver) : IItemSource
{
    public RankedLock Sync => receiver.Sync;

    public Ending? Ending => receiver.Ending;

    public Closure? Closure => receiver.Closure;

    public Task Completion => receiver.Completion;

    public bool CanCount => true;

    public int Count => receiver.Count;

    public bool TryTake<TItem>(out TItem item) => TryTake(out item, out _);

    public bool TryTake<TItem>(out TItem item, out DeliveryTag tag) => ItemDecoder.TryTake(this, out item, out tag);

    public int TakeMany<TItem>(Span<TItem> destination)
    {
        int count = 0;
        while (count < destination.Length && TryTake(out TItem item))
            destination[count++] = item;
        return count;
    }

    public bool TryClaim(out ItemSlice slice, out DeliveryTag tag, int maxBytes, out int tooLarge) => receiver.TryClaim(out slice, out tag, maxBytes, out tooLarge);

    public bool TryPeek(out ItemSlice slice) => receiver.TryPeek(out slice);

    public bool Spin() => false;

    public bool TryEnqueueReader(ReadWaiter waiter, out Closure? closed) => receiver.TryEnqueueReader(waiter, out closed);

    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken) => receiver.WaitAsync(cancellationToken);

    public ValueTask CloseAsync(string? reason) => receiver.CloseAsync(reason);

    public void Close() => receiver.Close();
}
