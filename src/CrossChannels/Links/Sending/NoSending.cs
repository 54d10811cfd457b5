using CrossChannels.Protocol;

namespace CrossChannels.Links;

/// <summary>The sending half of a link on which this end never sends an item.</summary>
internal sealed class NoSending : SendingHalf
{
    private Closure? _closure;

    public override Closure? Closure => Volatile.Read(ref _closure);

    public override long UnreceivedCount => 0;

    public override bool HasWaiters => false;

    internal override bool HasSendableLocked => false;

    internal override bool HasItemsLocked => false;

    internal override Block? TakeBlockLocked(ref WakeList wake) => null;

    internal override void ReturnBlockLocked(Block block) => throw new InvalidOperationException("No block is ever taken here.");

    public override void Open(CreditFrame credit, int peerMaxItemBytes)
    {
    }

    /// <remarks>Credit for a direction that is not used means nothing, as long as it is none.</remarks>
    public override bool TryGrant(CreditFrame credit, ref WakeList wake) => credit is { Items: 0, Bytes: 0 };

    public override bool TryCount(long count, bool read, ref WakeList wake) => count == 0;

    public override bool TryClose(Func<long, Closure> makeClosure, bool drop, OutFrame? last) =>
        Interlocked.CompareExchange(ref _closure, makeClosure(0), null) is null;

    public override void Detach(Func<long, Exception> makeError)
    {
    }
}
