using CrossChannels.Protocol;

namespace CrossChannels.Links;

/// <summary>One direction of a link at its receiving end: where items go, and what the sender is told of them.</summary>
internal abstract class ReceivingHalf
{
    /// <summary>Bytes of an item of fixed size, or 0.</summary>
    public abstract int ElementSize { get; }

    /// <summary>The largest item in bytes.</summary>
    public abstract int MaxItemBytes { get; }

    /// <summary>Called outside the lock, once, with the number of items: every item is done with after the direction had ended, or this end was closed.</summary>
    public Action<long> Finished { get; set; } = static _ => { };

    /// <summary>Called outside any lock: the peer said, elsewhere than in a frame, what no correct peer says.</summary>
    public Action<string> Violated { get; set; } = static _ => { };

    /// <summary>The items come by shared memory.</summary>
    public virtual bool IsSharedMemory => IsLane;

    /// <summary>A read looks for items in shared memory itself.</summary>
    public virtual bool IsLane => false;

    /// <summary>Why the direction is over, once nothing is left to read.</summary>
    public abstract Ending? Ending { get; }

    /// <summary>Why no more items will arrive; some may still be left to read.</summary>
    public abstract Closure? Closure { get; }

    /// <summary>The peer's hello is accepted; <see cref="FirstCredit"/> is asked for after this.</summary>
    public virtual void Meet(Hello peer)
    {
    }

    public abstract CreditFrame FirstCredit { get; }

    public abstract bool HasWaiters { get; }

    public abstract long ReceivedItems { get; }

    /// <summary>The peer asks how many items are received: looks where it would only look once it is told.</summary>
    public virtual void LookForItems(ref WakeList wake)
    {
    }

    /// <summary>Notes that the peer is told how many items are received.</summary>
    /// <returns>False if feedback has told it so: it would be an empty frame.</returns>
    public virtual bool TellReceived(long count) => true;

    /// <summary>Whether <see cref="WriteFeedback"/> may have something to write that can travel with items. Read without a lock; true may be in vain.</summary>
    public virtual bool HasFeedback => true;

    /// <summary>Writes what the sender gets back, such as credit, if there is any. Called with <see cref="Outbox.Sync"/> held.</summary>
    /// <param name="room">Where to.</param>
    /// <param name="hasMore">Whether some did not fit, and needs another write.</param>
    /// <returns>Bytes written, at most <see cref="MaxFeedbackBytes"/>.</returns>
    public abstract int WriteFeedback(Span<byte> room, out bool hasMore);

    /// <summary>The room that <see cref="WriteFeedback"/> gets.</summary>
    public const int MaxFeedbackBytes = 88;

    /// <summary>Takes note of an Items frame before its payload is read.</summary>
    /// <param name="header">The frame's header.</param>
    /// <param name="items">The start of its body.</param>
    /// <param name="extension">The frame's extension block.</param>
    /// <param name="isDiscarding">This end is closed, and the payload is to be thrown away.</param>
    /// <returns>The payload's length in bytes.</returns>
    /// <exception cref="MalformedFrameException">The items are not the next, or were sent without credit.</exception>
    public abstract int Announce(in FrameHeader header, in ItemsHeader items, ReadOnlySpan<byte> extension, out bool isDiscarding);

    /// <summary>Takes a checked payload that stands in a buffer of the caller's.</summary>
    public abstract void Receive(ReadOnlySpan<byte> payload, int count, ref WakeList wake);

    /// <summary>Takes a checked payload in a segment of its own.</summary>
    public abstract void Receive(Segment segment, int count, ref WakeList wake);

    /// <summary>The sender wants to know when so many items have been taken.</summary>
    /// <returns>False if it has not been told of those that it asked for before, for which it should have waited.</returns>
    public abstract bool WatchRead(long target);

    /// <summary>Takes a frame that only some links know.</summary>
    /// <returns>False if this one does not.</returns>
    public virtual bool TryHandle(FrameType type, ReadOnlySpan<byte> body, ref WakeList wake) => false;

    /// <summary>Whether such a frame would say only what was said before, so that it counts against <see cref="ConnectionOptions.MaxEmptyFramesPerSecond"/>.</summary>
    public virtual bool IsRepeated(FrameType type, ReadOnlySpan<byte> body) => false;

    /// <summary>Ends the direction; the first cause stands. What arrived before stays readable, unless <paramref name="drop"/>.</summary>
    public abstract bool TryClose(Closure closure, bool drop);
}

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
