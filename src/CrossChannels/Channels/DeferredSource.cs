using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Versioning;
using CrossChannels.Links;
using CrossChannels.Threading;

namespace CrossChannels.Channels;

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
