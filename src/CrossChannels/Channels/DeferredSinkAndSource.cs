using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Versioning;
using CrossChannels.Links;
using CrossChannels.Threading;
using Microsoft.Extensions.Logging;

namespace CrossChannels.Channels;

/// <summary>The sending half of a link that waits for its connection, as a writer uses it: the connection's, until there is a lane.</summary>
/// <remarks>What fails at the connection's half is done at the lane if there is one by then: see <see cref="DeferredSender"/>.</remarks>
[SupportedOSPlatform("linux")]
internal readonly struct DeferredSink(LinkHandle handle) : IItemSink
{
    private readonly LinkHandle _handle = handle;
    private readonly DeferredSender _sender = (DeferredSender)handle.Link.Sender;
    private readonly LinkSink _items = new(handle, ((DeferredSender)handle.Link.Sender).Items);

    public Closure? Closure => _sender.Closure;

    public Task<Ending> Ended => _sender.Ended;

    public long UnreceivedCount => _sender.UnreceivedCount;

    public bool MayAccept => (!IsLane(out _) && _items.MayAccept) || (IsLane(out LaneSender? lane) && lane.MayAccept);

    public bool MayLendLarge => IsLane(out _) || _items.MayLendLarge;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryAccept<TItem>(TItem item) => IsLane(out LaneSender? lane) ? lane.TryAccept(item) : TryAcceptEarly(item);

    public int TryAcceptMany<TItem>(ReadOnlySpan<TItem> items)
    {
        int accepted = IsLane(out _) ? 0 : _items.TryAcceptMany(items);
        return accepted < items.Length && IsLane(out LaneSender? lane) ? accepted + lane.TryAcceptMany(items[accepted..]) : accepted;
    }

    public bool TryAccept(ReadOnlySpan<byte> item, bool isNull) =>
        (!IsLane(out _) && _items.TryAccept(item, isNull)) || (IsLane(out LaneSender? lane) && lane.TryAccept(item, isNull));

    public ValueTask AcceptAsync(ReadOnlySpan<byte> item, bool isNull, CancellationToken cancellationToken)
    {
        if (!IsLane(out LaneSender? lane))
        {
            ValueTask accepted = _items.AcceptAsync(item, isNull, cancellationToken);
            if (!HasMissed(accepted, out lane))
                return accepted;
        }
        return lane.AcceptAsync(item, isNull, cancellationToken);
    }

    public ValueTask AcceptLargeAsync(ReadOnlyMemory<byte> item)
    {
        if (!IsLane(out LaneSender? lane))
        {
            ValueTask accepted = _items.AcceptLargeAsync(item);
            if (!HasMissed(accepted, out lane))
                return accepted;
        }
        return lane.AcceptLargeAsync(item);
    }

    public RentedMemory? TryRent(int length, object writer) => _sender.Lane?.TryRent(length, writer);

    public bool TryAccept(RentedMemory item) => IsLane(out LaneSender? lane) ? new LaneSink(_handle, lane).TryAccept(item) : TryAccept(item.GetSpan(), isNull: false);

    public ValueTask AcceptAsync(RentedMemory item, CancellationToken cancellationToken) => IsLane(out LaneSender? lane)
        ? new LaneSink(_handle, lane).AcceptAsync(item, cancellationToken)
        : AcceptAsync(item.GetSpan(), isNull: false, cancellationToken);

    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        if (!IsLane(out LaneSender? lane))
        {
            ValueTask<bool> wait = _items.WaitAsync(cancellationToken);
            if (!wait.IsFaulted || !IsLane(out lane))
                return wait;
            _ = wait.AsTask().Exception;
        }
        return lane.WaitAsync(cancellationToken);
    }

    public ValueTask WaitForAckAsync(AckLevel level, CancellationToken cancellationToken)
    {
        if (!IsLane(out LaneSender? lane))
        {
            ValueTask wait = _items.WaitForAckAsync(level, cancellationToken);
            if (!HasMissed(wait, out lane))
                return wait;
        }
        return lane.WaitForAckAsync(level, cancellationToken);
    }

    public bool TryComplete(Exception? error) => _handle.Link.TryComplete(error);

    public ValueTask<long> CloseAsync(TimeSpan? timeout) => IsLane(out LaneSender? lane) ? new LaneSink(_handle, lane).CloseAsync(timeout) : _items.CloseAsync(timeout);

    public void Close() => _handle.CloseWriter();

    public ILogger? Logger => _handle.Link.Settings.Logger;

    public void ReportUnreceived(long count) => _handle.ReportUnreceived(count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsLane([NotNullWhen(true)] out LaneSender? lane)
    {
        lane = _sender.Lane;
        return lane is not null;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryAcceptEarly<TItem>(TItem item) => _items.TryAccept(item) || (IsLane(out LaneSender? lane) && lane.TryAccept(item));

    /// <summary>Whether a call was not let in because the lane had just taken over.</summary>
    private bool HasMissed(ValueTask call, [NotNullWhen(true)] out LaneSender? lane)
    {
        lane = null;
        if (!call.IsFaulted || !IsLane(out lane))
            return false;
        _ = call.AsTask().Exception;
        return true;
    }
}

/// <summary>The receiving half of a link that waits for its connection, as a reader uses it: the connection's, until there is a lane.</summary>
/// <remarks>What finds nothing at the connection's half is done at the lane if there is one by then: see <see cref="DeferredReceiver"/>.</remarks>
[SupportedOSPlatform("linux")]
internal readonly struct DeferredSource(LinkHandle handle) : IItemSource
{
    private readonly LinkHandle _handle = handle;
    private readonly DeferredReceiver _receiver = (DeferredReceiver)handle.Link.Receiver;

    /// <summary>The lane has the same.</summary>
    public RankedLock Sync => _receiver.Items.Sync;

    public Ending? Ending => _receiver.Ending;

    public Closure? Closure => _receiver.Closure;

    public bool CanCount => !_receiver.Items.IsSingleReader;

    /// <summary>The lane ends the same task, once somebody looks.</summary>
    public Task Completion => IsLane(out LaneReceiver? lane) ? lane.Completion : _receiver.Items.Completion;

    public int Count => IsLane(out LaneReceiver? lane) ? lane.Count : _receiver.Items.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryTake<TItem>(out TItem item) => IsLane(out LaneReceiver? lane) ? lane.TryTake(out item) : TryTakeEarly(out item);

    public bool TryTake<TItem>(out TItem item, out DeliveryTag tag)
    {
        tag = default;
        return TryTake(out item);
    }

    public int TakeMany<TItem>(Span<TItem> destination)
    {
        int taken = IsLane(out _) ? 0 : _receiver.Items.TakeMany(destination);
        return taken == 0 && IsLane(out LaneReceiver? lane) ? lane.TakeMany(destination) : taken;
    }

    public bool TryClaim(out ItemSlice slice, out DeliveryTag tag, int maxBytes, out int tooLarge)
    {
        if (!IsLane(out LaneReceiver? lane))
        {
            bool isClaimed = _receiver.Items.TryClaim(out slice, out tag, maxBytes, out tooLarge);
            if (isClaimed || tooLarge >= 0 || !IsLane(out lane))
                return isClaimed;
        }
        tag = default;
        return lane.TryClaim(out slice, maxBytes, out tooLarge);
    }

    public bool TryPeek(out ItemSlice slice)
    {
        slice = default;
        return (!IsLane(out _) && _receiver.Items.TryPeek(out slice)) || (IsLane(out LaneReceiver? lane) && lane.TryPeek(out slice));
    }

    public bool Spin() => IsLane(out LaneReceiver? lane) && lane.Spin();

    public bool TryEnqueueReader(ReadWaiter waiter, out Closure? closed)
    {
        closed = null;
        return (!IsLane(out _) && _receiver.Items.TryEnqueueReader(waiter, out closed)) || (IsLane(out LaneReceiver? lane) && lane.TryEnqueueReader(waiter, out closed));
    }

    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        if (!IsLane(out LaneReceiver? lane))
        {
            ValueTask<bool> wait = _receiver.Items.WaitAsync(cancellationToken);
            if (!wait.IsFaulted || !IsLane(out lane))
                return wait;
            _ = wait.AsTask().Exception;
        }
        return lane.WaitAsync(cancellationToken);
    }

    public ValueTask CloseAsync(string? reason) => _handle.CloseReaderAsync(reason);

    public void Close() => _ = _handle.Link.CloseReaderAsync(null);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsLane([NotNullWhen(true)] out LaneReceiver? lane)
    {
        lane = _receiver.Lane;
        return lane is not null;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryTakeEarly<TItem>(out TItem item) => _receiver.Items.TryTake(out item) || (IsLane(out LaneReceiver? lane) && lane.TryTake(out item));
}
