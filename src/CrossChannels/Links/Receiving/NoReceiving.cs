using CrossChannels.Protocol;

namespace CrossChannels.Links;

/// <summary>The receiving half of a link on which this end never receives an item.</summary>
internal sealed class NoReceiving : ReceivingHalf
{
    private Closure? _closure;

    public override int ElementSize => 0;

    public override int MaxItemBytes => 1;

    public override Ending? Ending => Closure?.Ending;

    public override Closure? Closure => Volatile.Read(ref _closure);

    public override CreditFrame FirstCredit => new(1, 1);

    public override bool HasWaiters => false;

    public override long ReceivedItems => 0;

    public override bool HasFeedback => false;

    public override int WriteFeedback(Span<byte> room, out bool hasMore)
    {
        hasMore = false;
        return 0;
    }

    public override int Announce(in FrameHeader header, in ItemsHeader items, ReadOnlySpan<byte> extension, out bool isDiscarding) =>
        throw new MalformedFrameException($"Frame Items brings {items.Count:N0} items in a direction that carries none.");

    public override void Receive(ReadOnlySpan<byte> payload, int count, ref WakeList wake) =>
        throw new InvalidOperationException("Nothing is ever announced here.");

    public override void Receive(Segment segment, int count, ref WakeList wake) =>
        throw new InvalidOperationException("Nothing is ever announced here.");

    public override bool WatchRead(long target) => false;

    public override bool TryClose(Closure closure, bool drop)
    {
        if (Interlocked.CompareExchange(ref _closure, closure, null) is not null)
            return false;
        Finished(0);
        return true;
    }
}
