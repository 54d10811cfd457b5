using System.Runtime.CompilerServices;
using System.Runtime.Versioning;
using CrossChannels.Links;
using CrossChannels.Threading;
using Microsoft.Extensions.Logging;

namespace CrossChannels.Channels;

/// <summary>The sending half of a link whose items go by a lane, as a writer uses it.</summary>
[SupportedOSPlatform("linux")]
internal readonly struct LaneSink(LinkHandle handle, LaneSender sender) : IItemSink
{
    private readonly LaneSender _sender = sender;

    public Closure? Closure => _sender.Closure;

    public Task<Ending> Ended => _sender.Ended;

    public long UnreceivedCount => _sender.UnreceivedCount;

    public bool MayAccept => _sender.MayAccept;

    /// <summary>No other thread reads the caller's memory: it is copied under the end's own lock.</summary>
    public bool MayLendLarge => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryAccept<TItem>(TItem item) => _sender.TryAccept(item);

    public int TryAcceptMany<TItem>(ReadOnlySpan<TItem> items) => _sender.TryAcceptMany(items);

    public bool TryAccept(ReadOnlySpan<byte> item, bool isNull) => _sender.TryAccept(item, isNull);

    public ValueTask AcceptAsync(ReadOnlySpan<byte> item, bool isNull, CancellationToken cancellationToken) => _sender.AcceptAsync(item, isNull, cancellationToken);

    public ValueTask AcceptLargeAsync(ReadOnlyMemory<byte> item) => _sender.AcceptLargeAsync(item);

    public RentedMemory? TryRent(int length, object writer) => _sender.TryRent(length, writer);

    public bool TryAccept(RentedMemory item) => _sender.IsOwn(item) ? _sender.TryAccept(item) : _sender.TryAccept(item.GetSpan(), isNull: false);

    public ValueTask AcceptAsync(RentedMemory item, CancellationToken cancellationToken) =>
        _sender.IsOwn(item) ? _sender.AcceptAsync(item, cancellationToken) : _sender.AcceptAsync(item.GetSpan(), isNull: false, cancellationToken);

    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken) => _sender.WaitAsync(cancellationToken);

    public ValueTask WaitForAckAsync(AckLevel level, CancellationToken cancellationToken) => _sender.WaitForAckAsync(level, cancellationToken);

    public bool TryComplete(Exception? error) => handle.Link.TryComplete(error);

    /// <remarks>What was accepted is received, so that there is nothing to wait for.</remarks>
    public ValueTask<long> CloseAsync(TimeSpan? timeout)
    {
        TimeoutRange.Check(timeout ?? handle.Link.Settings.CloseTimeout, nameof(timeout));
        handle.CloseWriter();
        return new ValueTask<long>(_sender.UnreceivedCount);
    }

    public void Close() => handle.CloseWriter();

    public ILogger? Logger => handle.Link.Settings.Logger;

    public void ReportUnreceived(long count) => handle.ReportUnreceived(count);
}

/// <summary>The receiving half of a link whose items come by a lane, as a reader uses it.</summary>
[SupportedOSPlatform("linux")]
internal readonly struct LaneSource(LinkHandle handle) : IItemSource
{
    private readonly LaneReceiver _receiver = (LaneReceiver)handle.Link.Receiver;

    public RankedLock Sync => _receiver.Sync;

    public Ending? Ending => _receiver.Ending;

    public Closure? Closure => _receiver.Closure;

    public bool CanCount => !_receiver.IsSingleReader;

    public Task Completion => _receiver.Completion;

    public int Count => _receiver.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryTake<TItem>(out TItem item) => _receiver.TryTake(out item);

    public bool TryTake<TItem>(out TItem item, out DeliveryTag tag)
    {
        tag = default;
        return TryTake(out item);
    }

    public int TakeMany<TItem>(Span<TItem> destination) => _receiver.TakeMany(destination);

    public bool TryClaim(out ItemSlice slice, out DeliveryTag tag, int maxBytes, out int tooLarge)
    {
        tag = default;
        return _receiver.TryClaim(out slice, maxBytes, out tooLarge);
    }

    public bool TryPeek(out ItemSlice slice) => _receiver.TryPeek(out slice);

    public bool Spin() => _receiver.Spin();

    public bool TryEnqueueReader(ReadWaiter waiter, out Closure? closed) => _receiver.TryEnqueueReader(waiter, out closed);

    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken) => _receiver.WaitAsync(cancellationToken);

    public ValueTask CloseAsync(string? reason) => handle.CloseReaderAsync(reason);

    public void Close() => _ = handle.Link.CloseReaderAsync(null);
}
