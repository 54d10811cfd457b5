using CrossChannels.Channels;
using CrossChannels.Links;
using CrossChannels.Threading;

namespace CrossChannels.Hub;

/// <summary>A queued channel, as its owner reads it.</summary>
internal readonly struct OwnerSource(QueueChannel channel) : IItemSource
{
    private readonly OwnerReads _owner = channel.OwnerReads;

    public RankedLock Sync => channel.Sync;

    public Ending? Ending => channel.Lifecycle.ReaderClosure?.Ending;

    public Closure? Closure => channel.Lifecycle.ReaderClosure;

    public bool CanCount => !channel.Options.IsSingleReader;

    public Task Completion => _owner.Completion;

    public int Count
    {
        get
        {
            channel.Lanes.CollectAll();
            using (channel.Sync.Enter())
                return channel.Queue.Count;
        }
    }

    public bool TryTake<TItem>(out TItem item) => _owner.TryTake(out item!);

    public bool TryTake<TItem>(out TItem item, out DeliveryTag tag) => ItemDecoder.TryTake(this, out item, out tag);

    public int TakeMany<TItem>(Span<TItem> destination) => _owner.TakeMany(destination);

    public bool TryClaim(out ItemSlice slice, out DeliveryTag tag, int maxBytes, out int tooLarge) => _owner.TryClaim(out slice, out tag, maxBytes, out tooLarge);

    public bool TryPeek(out ItemSlice slice) => _owner.TryPeek(out slice);

    public bool Spin() => channel.Lanes.Spin();

    public bool TryEnqueueReader(ReadWaiter waiter, out Closure? closed) => _owner.TryEnqueueReader(waiter, out closed);

    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken) =>
        channel.Lanes.Spin() && _owner.TryFind() ? new ValueTask<bool>(true) : _owner.WaitAsync(cancellationToken);

    public ValueTask CloseAsync(string? reason)
    {
        channel.Abort(reason);
        return default;
    }

    public void Close() => channel.Abort(null);
}
