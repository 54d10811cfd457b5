using CrossChannels.Protocol;

namespace CrossChannels.Links;

/// <summary>One direction of a link at its sending end: where items come from, and what the peer says of them.</summary>
/// <remarks>Members that end in "Locked" are called with <see cref="Outbox.Sync"/> held.</remarks>
internal abstract class SendingHalf
{
    private EndingTask _ended;

    /// <summary>Why nothing more is accepted; null while something is.</summary>
    public abstract Closure? Closure { get; }

    /// <summary>Done when nothing more is accepted; never faults.</summary>
    public Task<Ending> Ended => _ended.WaitAsync(() => Closure);

    /// <summary>An upper bound of the items that are not known to be at the peer, or, at a hub, read there.</summary>
    public abstract long UnreceivedCount { get; }

    /// <summary>Called outside any lock: the peer said, elsewhere than in a frame, what no correct peer says.</summary>
    public Action<string> Violated { get; set; } = static _ => { };

    /// <summary>The items go by shared memory.</summary>
    public virtual bool IsLane => false;

    public abstract bool HasWaiters { get; }

    /// <summary>Something could be written now. May be true in vain.</summary>
    internal abstract bool HasSendableLocked { get; }

    /// <summary>Something is to be written before a frame that says that no item follows.</summary>
    internal abstract bool HasItemsLocked { get; }

    /// <summary>Takes the next block that credit allows to send; null if there is none.</summary>
    internal abstract Block? TakeBlockLocked(ref WakeList wake);

    /// <summary>Takes a written block back.</summary>
    internal abstract void ReturnBlockLocked(Block block);

    /// <summary>What the peer has less of than was expected of it; null if it has enough. Asked before <see cref="Open"/>.</summary>
    public virtual string? ShortageOf(WelcomeFrame welcome) => null;

    /// <summary>The peer greeted: the first credit is here.</summary>
    public abstract void Open(CreditFrame credit, int peerMaxItemBytes);

    /// <summary>Takes later credit.</summary>
    /// <returns>False if no correct peer grants that.</returns>
    public abstract bool TryGrant(CreditFrame credit, ref WakeList wake);

    /// <summary>The peer has received, or its reader has taken, so many items.</summary>
    /// <returns>False if it is more than were sent.</returns>
    public abstract bool TryCount(long count, bool read, ref WakeList wake);

    /// <summary>Takes a frame that only some links know.</summary>
    /// <returns>False if this one does not.</returns>
    public virtual bool TryHandle(FrameType type, ReadOnlySpan<byte> body, ref WakeList wake) => false;

    /// <summary>Whether such a frame would say only what was said before, so that it counts against <see cref="ConnectionOptions.MaxEmptyFramesPerSecond"/>.</summary>
    public virtual bool IsRepeated(FrameType type, ReadOnlySpan<byte> body) => false;

    /// <summary>Ends the direction; the first cause stands.</summary>
    /// <param name="makeClosure">Makes the cause from the count of items that were not received.</param>
    /// <param name="drop">Whether what is unsent is dropped, since nobody will read it.</param>
    /// <param name="last">The frame that tells the receiver, after the last item.</param>
    public abstract bool TryClose(Func<long, Closure> makeClosure, bool drop, OutFrame? last);

    /// <summary>The closure is set, and the lock is left.</summary>
    protected void TellEnded(Closure closure) => _ended.Set(closure);

    /// <summary>No word of the receiver will come any more.</summary>
    public abstract void Detach(Func<long, Exception> makeError);
}

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
