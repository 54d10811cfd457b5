using System.Runtime.Versioning;
using CrossChannels.Protocol;
using CrossChannels.SharedMemory;

namespace CrossChannels.Links;

/// <summary>The sending half of a link that waits for its connection. If that brings a lane, what was accepted, and who waits, goes over to it.</summary>
/// <remarks>
/// A call that finds no lane may meet the change. Then the half for the connection lets it in no more, as one that is over, and the call is made
/// once more at the lane, which by then is set.
/// </remarks>
[SupportedOSPlatform("linux")]
internal sealed class DeferredSender : SendingHalf
{
    private readonly Outbox _outbox;
    private readonly SenderOptions _options;
    private LaneSender? _lane;

    public DeferredSender(Outbox outbox, SenderOptions options)
    {
        _outbox = outbox;
        _options = options;
        Items = new ItemSender(outbox, options);
    }

    /// <summary>The half for a connection, in use until there is a lane.</summary>
    public ItemSender Items { get; }

    /// <summary>The lane that has taken its place.</summary>
    public LaneSender? Lane => Volatile.Read(ref _lane);

    public override Closure? Closure => Lane?.Closure ?? Items.Closure?.UnlessHandedOver;

    public override long UnreceivedCount => Current.UnreceivedCount;

    public override bool IsLane => Lane is not null;

    public override bool HasWaiters => Current.HasWaiters;

    internal override bool HasSendableLocked => Current.HasSendableLocked;

    internal override bool HasItemsLocked => Current.HasItemsLocked;

    private SendingHalf Current => (SendingHalf?)Lane ?? Items;

    /// <summary>Goes over to a lane, before the connection is used.</summary>
    /// <returns>False if this end is over, or the lane has no room for what was accepted; then nothing has changed, and the caller disposes the lane.</returns>
    public bool TryUse(LaneEnd end, bool isFenceShared)
    {
        WakeList wake = default;
        LaneSender lane;
        using (_outbox.Sync.Enter())
        {
            if (!Items.MayHandOverLocked(end.Layout.Within(_options.MaxUnsentBytes)))
                return false;
            lane = new LaneSender(_outbox, _options, end, isFenceShared, Items, ref wake) { Violated = Violated };
            Volatile.Write(ref _lane, lane);
        }
        wake.Wake(inline: false);
        lane.Resume();
        return true;
    }

    internal override Block? TakeBlockLocked(ref WakeList wake) => Current.TakeBlockLocked(ref wake);

    internal override void ReturnBlockLocked(Block block) => Current.ReturnBlockLocked(block);

    public override string? ShortageOf(WelcomeFrame welcome) => Current.ShortageOf(welcome);

    public override void Open(CreditFrame credit, int peerMaxItemBytes) => Current.Open(credit, peerMaxItemBytes);

    public override bool TryGrant(CreditFrame credit, ref WakeList wake) => Current.TryGrant(credit, ref wake);

    public override bool TryCount(long count, bool read, ref WakeList wake) => Current.TryCount(count, read, ref wake);

    public override bool TryHandle(FrameType type, ReadOnlySpan<byte> body, ref WakeList wake) => Current.TryHandle(type, body, ref wake);

    public override bool IsRepeated(FrameType type, ReadOnlySpan<byte> body) => Current.IsRepeated(type, body);

    public override bool TryClose(Func<long, Closure> makeClosure, bool drop, OutFrame? last)
    {
        if (!(Lane is null && Items.TryClose(makeClosure, drop, last)) && !(Lane is { } lane && lane.TryClose(makeClosure, drop, last)))
            return false;
        TellEnded(Closure!);
        return true;
    }

    public override void Detach(Func<long, Exception> makeError)
    {
        if (Lane is null)
            Items.Detach(makeError);
        Lane?.Detach(makeError);
    }
}
