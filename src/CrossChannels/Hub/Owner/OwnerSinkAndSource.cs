using CrossChannels.Channels;
using CrossChannels.Diagnostics;
using CrossChannels.Links;
using CrossChannels.Threading;
using Microsoft.Extensions.Logging;

namespace CrossChannels.Hub;

/// <summary>A queued channel, as its owner writes it. Closing it alone does nothing: the channel is there for others.</summary>
internal readonly struct OwnerSink(QueueChannel channel) : IItemSink
{
    private readonly OwnerWrites _owner = channel.OwnerWrites;

    public Closure? Closure => channel.Lifecycle.WriterClosure;

    public Task<Ending> Ended => channel.Lifecycle.Ended;

    public long UnreceivedCount => 0;

    public bool MayAccept => _owner.MayAccept;

    public bool MayLendLarge => false;

    public bool TryAccept<TItem>(TItem item) => _owner.TryAccept(item);

    public int TryAcceptMany<TItem>(ReadOnlySpan<TItem> items)
    {
        int count = 0;
        while (count < items.Length && _owner.TryAccept(items[count]))
            count++;
        return count;
    }

    public bool TryAccept(ReadOnlySpan<byte> item, bool isNull) => _owner.TryAccept(item, isNull);

    public ValueTask AcceptAsync(ReadOnlySpan<byte> item, bool isNull, CancellationToken cancellationToken) => _owner.AcceptAsync(item, isNull, cancellationToken);

    public ValueTask AcceptLargeAsync(ReadOnlyMemory<byte> item) => throw new NotSupportedException();

    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken) => _owner.WaitAsync(cancellationToken);

    public ValueTask WaitForAckAsync(AckLevel level, CancellationToken cancellationToken) => level == AckLevel.Processed ? _owner.JoinAsync(cancellationToken) : default;

    public bool TryComplete(Exception? error) => channel.TryComplete(error);

    public ValueTask<long> CloseAsync(TimeSpan? timeout) => new(0);

    public void Close()
    {
    }

    public ILogger? Logger => channel.Options.Hub.Connection.Logger;

    public void ReportUnreceived(long count) => ChannelMetrics.NotReceived(count, MetricTags.Owner(channel.Name));
}

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
