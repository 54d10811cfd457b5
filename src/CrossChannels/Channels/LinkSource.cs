using CrossChannels.Links;
using CrossChannels.Threading;

namespace CrossChannels.Channels;

/// <summary>The receiving half of a link, as a reader uses it.</summary>
internal readonly struct LinkSource(LinkHandle handle) : IItemSource
{
    private readonly ItemReceiver _receiver = (ItemReceiver)handle.Link.Receiver;

    public RankedLock Sync => _receiver.Sync;

    public Ending? Ending => _receiver.Ending;

    public Closure? Closure => _receiver.Closure;

    public bool CanCount => !_receiver.IsSingleReader;

    public Task Completion => _receiver.Completion;

    public int Count => _receiver.Count;

    public bool TryTake<TItem>(out TItem item) => _receiver.TryTake(out item);

    public bool TryTake<TItem>(out TItem item, out DeliveryTag tag) => _receiver.TryTake(out item, out tag);

    public int TakeMany<TItem>(Span<TItem> destination) => _receiver.TakeMany(destination);

    public bool TryClaim(out ItemSlice slice, out DeliveryTag tag, int maxBytes, out int tooLarge) => _receiver.TryClaim(out slice, out tag, maxBytes, out tooLarge);

    public bool TryPeek(out ItemSlice slice) => _receiver.TryPeek(out slice);

    public bool Spin() => _receiver.Spin();

    public bool TryEnqueueReader(ReadWaiter waiter, out Closure? closed) => _receiver.TryEnqueueReader(waiter, out closed);

    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken) =>
        _receiver.Spin() && _receiver.HasItems ? new ValueTask<bool>(true) : _receiver.WaitAsync(cancellationToken);

    public ValueTask CloseAsync(string? reason) => handle.CloseReaderAsync(reason);

    public void Close() => _ = handle.Link.CloseReaderAsync(null);
}
