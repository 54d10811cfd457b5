using CrossChannels.Links;
using CrossChannels.Threading;
using Microsoft.Extensions.Logging;

namespace CrossChannels.Channels;

/// <summary>The sending half of a link, as a writer uses it.</summary>
internal readonly struct LinkSink(LinkHandle handle, ItemSender sender) : IItemSink
{
    private readonly ItemSender _sender = sender;

    public LinkSink(LinkHandle handle)
        : this(handle, (ItemSender)handle.Link.Sender)
    {
    }

    public Closure? Closure => _sender.Closure;

    public Task<Ending> Ended => _sender.Ended;

    public long UnreceivedCount => _sender.UnreceivedCount;

    public bool MayAccept => _sender.MayAccept;

    public bool MayLendLarge => handle.Link.MayLendLarge && !_sender.KeepsUnreceived;

    public bool TryAccept<TItem>(TItem item) => _sender.TryAccept(item);

    public int TryAcceptMany<TItem>(ReadOnlySpan<TItem> items) => _sender.TryAcceptMany(items);

    public bool TryAccept(ReadOnlySpan<byte> item, bool isNull) => _sender.TryAccept(item, isNull);

    public ValueTask AcceptAsync(ReadOnlySpan<byte> item, bool isNull, CancellationToken cancellationToken) => _sender.AcceptAsync(item, isNull, cancellationToken);

    public ValueTask AcceptLargeAsync(ReadOnlyMemory<byte> item) => _sender.AcceptLargeAsync(item);

    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken) => _sender.WaitAsync(cancellationToken);

    public ValueTask WaitForAckAsync(AckLevel level, CancellationToken cancellationToken) =>
        _sender.Closure is { Error: EndMovedException moved } ? ValueTask.FromException(moved) : _sender.WaitForAckAsync(level, cancellationToken);

    public bool TryComplete(Exception? error) => handle.Link.TryComplete(error);

    public async ValueTask<long> CloseAsync(TimeSpan? timeout)
    {
        Link link = handle.Link;
        TimeSpan limit = TimeoutRange.Check(timeout ?? link.Settings.CloseTimeout, nameof(timeout));
        link.Leave();
        if (_sender.UnreceivedCount > 0 && limit != TimeSpan.Zero)
        {
            using var deadline = new CancellationTokenSource(limit, link.Settings.TimeProvider);
            try
            {
                await _sender.WaitForAckAsync(AckLevel.Received, deadline.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or InvalidOperationException)
            {
                // The link ended, or the deadline passed; the count below tells what that means.
            }
        }
        link.Done(isOut: true);
        return _sender.UnreceivedCount;
    }

    public void Close() => handle.CloseWriter();

    public ILogger? Logger => handle.Link.Settings.Logger;

    public void ReportUnreceived(long count) => handle.ReportUnreceived(count);
}

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
