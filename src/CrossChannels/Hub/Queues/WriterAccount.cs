using CrossChannels.Links;
using CrossChannels.Protocol;

namespace CrossChannels.Hub;

/// <summary>What one remote writer was granted and has used, in items and bytes, and its place among those that wait. Guarded by the channel's lock.</summary>
internal sealed class WriterAccount
{
    private readonly Outbox _outbox;
    private readonly long _windowBytes;
    private readonly long _largestBytes;
    private long _toldItems;
    private long _toldBytes;
    private long _toldReceived;

    /// <param name="outbox">Of its link.</param>
    /// <param name="windowBytes">What it may send ahead.</param>
    /// <param name="largestBytes">The largest payload that it may send.</param>
    public WriterAccount(Outbox outbox, long windowBytes, long largestBytes)
    {
        _outbox = outbox;
        _windowBytes = GrantedBytes = windowBytes;
        _largestBytes = largestBytes;
        WantPlace = new LinkedListNode<WriterAccount?>(this);
    }

    public Link Link { get; set; } = null!;

    public DateTimeOffset Since { get; init; }

    /// <summary>The lane by which its items come, which tells it what it is granted; null where items come over the connection.</summary>
    public IHubWriterLane? Lane { get; set; }

    /// <summary>Items that it may have sent in all; <see cref="long.MaxValue"/> without limit.</summary>
    public long Granted { get; private set; }

    /// <summary>Bytes that it may have sent in all.</summary>
    public long GrantedBytes { get; private set; }

    /// <summary>Items that came.</summary>
    public long Received { get; private set; }

    public long ReceivedBytes { get; private set; }

    /// <summary>Credit that is not used yet.</summary>
    public long Unused => Granted == long.MaxValue ? 0 : Granted - Received;

    /// <summary>Items that it has written, as far as that is known here.</summary>
    public long Written => Lane?.Published ?? Received;

    /// <summary>Its credit has been sent to it. Taking back what it has not heard of would pass one slot around for ever.</summary>
    public bool IsTold => Granted == _toldItems || Lane is not null;

    /// <summary>It has used up its credit and asks for more.</summary>
    public bool IsWanting => WantPlace.List is not null;

    /// <summary>Its place among those that ask, while it does.</summary>
    public LinkedListNode<WriterAccount?> WantPlace { get; }

    /// <summary>How long it may keep what it was given; a field, so that its verbs change it.</summary>
    public RevokeBackoff Backoff = new();

    /// <summary>It sent items since it last got credit.</summary>
    public bool IsActive { get; set; }

    /// <summary>Which revocation looked at it last.</summary>
    public long LastRevocation { get; set; }

    /// <summary>When it has to have answered that it gives its credit back; <see cref="long.MaxValue"/> before the request is posted; null if it was not asked to.</summary>
    public long? RevokeDeadline { get; set; }

    /// <summary>Its silence has been logged; once is enough.</summary>
    public bool IsSilenceLogged { get; set; }

    /// <summary>It may not be able to send its next item, or half of its window is used up.</summary>
    public bool IsShortOfBytes => Lane is null && GrantedBytes - ReceivedBytes < Math.Max(_windowBytes / 2, _largestBytes);

    /// <summary>Bytes of its window were kept back.</summary>
    public bool IsStalledByBytes => Lane is null && GrantedBytes < ReceivedBytes + _windowBytes;

    /// <summary>It has used up its items, or half of its bytes.</summary>
    public bool IsRunningDry => Unused == 0 || (Lane is null && GrantedBytes - ReceivedBytes < _windowBytes / 2);

    /// <summary>It stands in the list of some <see cref="HubAfterLock"/>; read without the lock.</summary>
    public volatile bool IsDue;

    public WriterAccount? NextDue { get; set; }

    /// <summary>Whether it has the credit for these items. A lone item may exceed a byte window that is otherwise unused.</summary>
    public bool MaySend(long count, long payload)
    {
        long room = GrantedBytes - ReceivedBytes;
        return count <= Granted - Received && (payload <= room || (count == 1 && room == _windowBytes));
    }

    public void Receive(long count, long payload)
    {
        Received += count;
        ReceivedBytes += payload;
    }

    /// <summary>Adds credit; <see cref="CreditAllocator"/> alone decides how much.</summary>
    public void AddCredit(long items)
    {
        Granted = items == long.MaxValue ? items : Granted + items;
        Lane?.Grant(Granted);
    }

    /// <summary>Fills its byte window; <see cref="CreditAllocator"/> alone decides when.</summary>
    public void FillWindow() => GrantedBytes = ReceivedBytes + _windowBytes;

    /// <summary>It has given back what it had not used: so much is granted now, and it knows.</summary>
    public void TakeBack(long accepted)
    {
        if (accepted < Granted)
            Backoff.Missed();
        Granted = _toldItems = accepted;
        RevokeDeadline = null;
    }

    /// <summary>The first credit, which goes with the greeting.</summary>
    public CreditFrame TellFirst()
    {
        // A lane itself tells, and has told.
        if (Lane is not null)
            return default;
        _toldItems = Granted;
        _toldBytes = GrantedBytes;
        return new CreditFrame(Granted, GrantedBytes);
    }

    /// <summary>Writes what it was granted and does not know, and how much has come.</summary>
    /// <returns>Bytes written; 0 if it knows.</returns>
    public int Write(Span<byte> room)
    {
        // Until it has answered, a frame of credit would grant again what it gives back.
        if (Lane is not null || RevokeDeadline is not null || (Granted == _toldItems && GrantedBytes == _toldBytes))
            return 0;
        _toldItems = Granted;
        _toldBytes = GrantedBytes;
        int length = new CreditFrame(Granted, GrantedBytes).Write(room);
        // So the writer knows how much it would lose with this process.
        return !TellReceived(Received) ? length : length + CounterFrame.Write(room[length..], FrameType.Received, Received);
    }

    /// <summary>Notes that it is told how many of its items are here.</summary>
    /// <returns>False if it has been told.</returns>
    public bool TellReceived(long count)
    {
        bool isNew = count > _toldReceived;
        _toldReceived = Math.Max(_toldReceived, count);
        return isNew;
    }

    /// <summary>Has its credit sent. Called outside every lock.</summary>
    /// <param name="isParking">By this thread, which is about to wait for what it brings.</param>
    public void SendCredit(bool isParking)
    {
        if (Lane is { } lane)
        {
            if (lane.TakeRing())
                _outbox.PostInline(new OutFrame(FrameType.Doorbell, Doorbell.Taken));
        }
        else if (isParking)
            _outbox.SendInline(withFeedback: true);
        else
            _outbox.ScheduleFeedback();
    }

    /// <summary>Asks it to give back what it has not used. Called outside every lock.</summary>
    public void PostRevoke() => _outbox.Post(new OutFrame(FrameType.Revoke));
}

/// <summary>How long a writer may keep credit that it asked for before it is asked back: a moment at first, longer when it came too late to be used. Knows no clock.</summary>
/// <remarks>So one that only looks from time to time finds its slot in the end, however many others wait.</remarks>
internal struct RevokeBackoff()
{
    private const long FirstMilliseconds = 10;
    private const long MostMilliseconds = 1000;

    private long _length = FirstMilliseconds;
    private long _until;

    /// <summary>Credit was given.</summary>
    /// <param name="milliseconds">Of a clock that only goes forward.</param>
    public void Begin(long milliseconds) => _until = milliseconds + _length;

    public readonly bool IsOver(long milliseconds) => milliseconds >= _until;

    /// <summary>It was used.</summary>
    public void Used() => _length = FirstMilliseconds;

    /// <summary>It came for somebody who waits no more: nobody comes for it, and nobody was late.</summary>
    public void Withdrawn()
    {
        _until = long.MinValue;
        _length = FirstMilliseconds / 2;
    }

    /// <summary>It was taken back unused.</summary>
    public void Missed() => _length = Math.Min(MostMilliseconds, _length * 2);
}
