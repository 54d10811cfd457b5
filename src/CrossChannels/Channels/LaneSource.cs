using System.Runtime.CompilerServices;
using System.Runtime.Versioning;
using CrossChannels.Links;
using CrossChannels.Threading;

namespace CrossChannels.Channels;

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
