using System.Runtime.Versioning;
using CrossChannels.Protocol;
using CrossChannels.SharedMemory;

namespace CrossChannels.Links;

/// <summary>The receiving half of a link that waits for its connection. If that brings a lane, who waits goes over to it.</summary>
/// <remarks>As in <see cref="DeferredSender"/>, a call that meets the change is made once more at the lane.</remarks>
[SupportedOSPlatform("linux")]
internal sealed class DeferredReceiver : ReceivingHalf
{
    private readonly Outbox _outbox;
    private readonly ReceiverOptions _options;
    private LaneReceiver? _lane;

    public DeferredReceiver(Outbox outbox, ReceiverOptions options)
    {
        _outbox = outbox;
        _options = options;
        Items = new ItemReceiver(outbox, options) { Finished = total => Finished(total) };
    }

    /// <summary>The half for a connection, in use until there is a lane.</summary>
    public ItemReceiver Items { get; }

    /// <summary>The lane that has taken its place.</summary>
    public LaneReceiver? Lane => Volatile.Read(ref _lane);

    public override int ElementSize => Items.ElementSize;

    public override int MaxItemBytes => Items.MaxItemBytes;

    public override bool IsLane => Lane is not null;

    public override Ending? Ending => Closure is null ? null : Current.Ending;

    public override Closure? Closure => Lane?.Closure ?? Items.Closure?.UnlessHandedOver;

    public override CreditFrame FirstCredit => Current.FirstCredit;

    public override bool HasWaiters => Current.HasWaiters;

    public override long ReceivedItems => Current.ReceivedItems;

    public override bool HasFeedback => Current.HasFeedback;

    private ReceivingHalf Current => (ReceivingHalf?)Lane ?? Items;

    /// <summary>Goes over to a lane, before the connection is used.</summary>
    /// <returns>False if this end is closed: nobody would read there, and the caller disposes the lane.</returns>
    public bool TryUse(LaneEnd end, bool isFenceShared)
    {
        LaneReceiver lane;
        using (Items.Sync.Enter())
        {
            if (Items.TryHandOverLocked() is not { } waiters)
                return false;
            lane = new LaneReceiver(_outbox, _options, end, isFenceShared, Items.Sync, waiters)
            {
                Finished = total => Finished(total),
                Violated = Violated,
            };
            Volatile.Write(ref _lane, lane);
        }
        // Those that waited wait there; what the writer has published before they came is theirs.
        lane.Resume();
        return true;
    }

    public override void Meet(Hello peer) => Current.Meet(peer);

    public override int WriteFeedback(Span<byte> room, out bool hasMore) => Current.WriteFeedback(room, out hasMore);

    public override int Announce(in FrameHeader header, in ItemsHeader items, ReadOnlySpan<byte> extension, out bool isDiscarding) =>
        Current.Announce(header, items, extension, out isDiscarding);

    public override void Receive(ReadOnlySpan<byte> payload, int count, ref WakeList wake) => Current.Receive(payload, count, ref wake);

    public override void Receive(Segment segment, int count, ref WakeList wake) => Current.Receive(segment, count, ref wake);

    public override bool WatchRead(long target) => Current.WatchRead(target);

    public override bool TryHandle(FrameType type, ReadOnlySpan<byte> body, ref WakeList wake) => Current.TryHandle(type, body, ref wake);

    public override bool IsRepeated(FrameType type, ReadOnlySpan<byte> body) => Current.IsRepeated(type, body);

    public override bool TryClose(Closure closure, bool drop) =>
        (Lane is null && Items.TryClose(closure, drop)) || (Lane is { } lane && lane.TryClose(closure, drop));
}
