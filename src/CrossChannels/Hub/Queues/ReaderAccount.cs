using CrossChannels.Links;
using CrossChannels.Protocol;

namespace CrossChannels.Hub;

/// <summary>What one remote reader asks for, was sent, has read, and holds. Guarded by the channel's lock.</summary>
/// <param name="outbox">Of its link.</param>
/// <param name="elementSize">Bytes of an item of fixed size, or 0.</param>
internal sealed class ReaderAccount(Outbox outbox, int elementSize)
{
    private long _granted;
    private long _grantedBytes;
    private long _windowBytes;
    private long _sentBytes;

    public Link Link { get; set; } = null!;

    public DateTimeOffset Since { get; init; }

    /// <summary>What decides which items it may have.</summary>
    public ItemTaker Taker { get; } = new();

    /// <summary>What it has not read, or not settled.</summary>
    public InFlight Held { get; } = new(elementSize);

    /// <summary>It takes no more items.</summary>
    public bool IsClosed { get; set; }

    /// <summary>Items that it asks for.</summary>
    /// <remarks>None while it is to give some back: what it cuts are the newest it has, and these must be the newest it was sent.</remarks>
    public long Demand => !IsClosed && (AnswerDeadline is null || AskedFor == 0) ? Volatile.Read(ref _granted) - Sent : 0;

    public long Sent { get; private set; }

    public long Read { get; private set; }

    /// <summary>Items that it has given back unread.</summary>
    public long Cut { get; private set; }

    /// <summary>Leases that it has settled.</summary>
    public long Settled { get; private set; }

    /// <summary>Items that may not have been handed to its program.</summary>
    public long Unread => Sent - Read - Cut;

    /// <summary>Bytes that it may be sent now.</summary>
    public long RoomBytes => _grantedBytes - _sentBytes;

    /// <summary>It has read all that it was sent, so that one item of any size may go.</summary>
    public bool MayTakeLone => RoomBytes == _windowBytes;

    public bool HasRoom => RoomBytes > 0 || MayTakeLone;

    /// <summary>It waits, and has nothing to do meanwhile.</summary>
    public bool IsIdle => Demand > 0 && Unread == 0;

    /// <summary>When it has to have answered what it has read, and given back; <see cref="long.MaxValue"/> before it is asked in so many words; null if it is not.</summary>
    public long? AnswerDeadline { get; set; }

    /// <summary>How many items it was asked to give back.</summary>
    public long AskedFor { get; private set; }

    /// <summary>When it is next asked for a sign of life, if somebody waits for what it has; in milliseconds of the hub's clock.</summary>
    public long ProbeAt { get; set; }

    /// <summary>When it last read something, or what it got last was first sent to a reader; in milliseconds of the hub's clock.</summary>
    public long MovedAt { get; set; }

    /// <summary>What it gives back is for readers only that have had nothing later.</summary>
    public bool IsCutInOrder { get; set; }

    /// <summary>Its silence has been logged; once is enough.</summary>
    public bool IsSilenceLogged { get; set; }

    // What it had been sent, and not read, when it was last asked, and whether for items; it is not asked again for the same.
    private (long Sent, long Unread, bool ForItems) _lastAsked = (-1, -1, false);

    /// <summary>It has items of which it may not have told that it took them, and it was not asked for what it has now.</summary>
    /// <param name="forItems">It is to give some back; to be asked only how far it is does not count then.</param>
    public bool IsWorthAsking(bool forItems) =>
        Unread > 0 && AnswerDeadline is null && ((_lastAsked.Sent, _lastAsked.Unread) != (Sent, Unread) || (forItems && !_lastAsked.ForItems));

    /// <summary>It is about to be asked.</summary>
    /// <param name="most">How many items it is to give back; 0 only asks how far it is.</param>
    /// <param name="isProbe">It may be asked the same again.</param>
    public void Ask(long most, bool isProbe = false)
    {
        if (!isProbe)
            _lastAsked = (Sent, Unread, most > 0);
        AskedFor = most;
        AnswerDeadline = long.MaxValue;
    }

    /// <summary>Takes its first demand.</summary>
    public void Open(CreditFrame demand)
    {
        _windowBytes = _grantedBytes = demand.Bytes;
        Volatile.Write(ref _granted, demand.Items);
    }

    /// <summary>Takes a later, cumulative demand.</summary>
    /// <returns>False if it goes back, or beyond the first and what was sent.</returns>
    public bool TryRaiseDemand(CreditFrame demand)
    {
        if (demand.Items < _granted || demand.Bytes < _grantedBytes || demand.Bytes - _windowBytes > _sentBytes)
            return false;
        Volatile.Write(ref _granted, demand.Items);
        _grantedBytes = demand.Bytes;
        return true;
    }

    /// <summary>These are about to be sent to it.</summary>
    public void Add(ItemBatch batch)
    {
        batch.LinkSequence = Sent;
        Sent += batch.Count;
        _sentBytes += batch.Bytes;
        Taker.Highest = Math.Max(Taker.Highest, batch.Sequence + batch.Count - 1);
        Taker.IsAlone = false;
        Held.Add(batch);
    }

    /// <summary>It has read so many more.</summary>
    public void AddRead(long count) => Read += count;

    /// <summary>It has settled so many more leases.</summary>
    public void AddSettled(long count) => Settled += count;

    /// <summary>It has given its newest items back; those that it still has, and has read, are older.</summary>
    public void AddCut(long count, List<ItemBatch> cut)
    {
        AnswerDeadline = null;
        Cut += count;
        foreach (ItemBatch batch in cut)
            Taker.Highest = Math.Min(Taker.Highest, batch.Sequence - 1);
    }

    /// <summary>Publishes what it asks for on its lane; null where items go over the connection.</summary>
    public Action? Fill { get; set; }

    /// <summary>Of its lane; null where items go over the connection.</summary>
    public LaneRests? LaneRests { get; set; }

    /// <summary>Has items sent that it asks for, on this thread, unless another does so already. Called outside every lock.</summary>
    public void Offer()
    {
        if (Fill is { } fill)
            fill();
        else
            outbox.SendInline(withFeedback: false);
    }

    /// <summary>Asks for what it has read, and to give back so many items that it has not. Called outside every lock.</summary>
    public void PostReclaim(long most) => outbox.Post(new OutFrame(FrameType.Reclaim, most));
}
