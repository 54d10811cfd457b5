using System.Runtime.CompilerServices;
using CrossChannels.Flow;
using CrossChannels.Protocol;

namespace CrossChannels.Links;

/// <summary>What a reading end has received and read, and what it therefore owes its peer: credit, reports, the answer to a join. Guarded by the receiver's lock.</summary>
/// <remarks>Knows neither items nor who waits. A struct, so that taking an item reaches its counts without a step in between.</remarks>
internal struct ReceiverAccounting
{
    private readonly bool _isDropping;
    private ReceiveWindow _window;
    private JoinWatch _join = new();

    public ReceiverAccounting(ReceiverOptions options)
    {
        _isDropping = options.Drops is not null;
        long capacity = _isDropping ? long.MaxValue : options.Capacity;
        if (options.Demand != ReaderDemand.Capacity)
        {
            Shared = new HubReaderFeedback(options.IsLeased);
            capacity = 0;
        }
        _window = new ReceiveWindow(capacity, options.MaxUnreadBytes, FrameLimits.MaxPayload(options.MaxItemBytes));
    }

    /// <summary>What is kept beside for a hub; null at the end that holds the items.</summary>
    public readonly HubReaderFeedback? Shared { get; }

    /// <summary>Bytes of queued items where too many are dropped; a field, so that the drop policy changes it.</summary>
    public long DroppableBytes;

    public readonly CreditFrame FirstCredit => new(_window.Granted.Items, _window.Granted.Bytes);

    /// <summary>Items that may have been sent in all.</summary>
    public readonly long GrantedItems => _window.Granted.Items;

    public readonly long ReceivedItems => _window.ReceivedItems;

    public readonly long ConsumedItems => _window.ConsumedItems;

    /// <summary>Items that a hub is told were read.</summary>
    public readonly long ReportedItems => Shared!.Read(_window);

    /// <summary>Credit goes back while the reader goes on.</summary>
    public readonly bool IsGrantDue => _window.IsGrantDue && Shared is not { IsOneByOne: true };

    /// <summary>Takes note of a batch that is about to come.</summary>
    /// <returns>Bytes of its items.</returns>
    /// <exception cref="MalformedFrameException">It does not follow what came, or was sent without credit.</exception>
    public int Arrive(in FrameHeader header, in ItemsHeader items, ReadOnlySpan<byte> extension, int elementSize)
    {
        long before = _window.ReceivedItems;
        int payload = items.CheckPayload(header.Length, (ulong)before, elementSize);
        if (!_window.TryReceive((int)items.Count, payload))
        {
            (long granted, long bytes) = _window.Granted;
            throw new MalformedFrameException(
                $"Frame Items brings {items.Count:N0} items in {payload:N0} bytes after {before:N0} items, and the credit is {granted:N0} items, {bytes:N0} bytes in all.");
        }
        Shared?.Arrive(ref _window, items, extension);
        return payload;
    }

    /// <summary>Takes note of a batch that came by a lane.</summary>
    /// <returns>False if it was sent without credit.</returns>
    public bool TryArriveFed(int count, long bytes, int deliveries)
    {
        Shared!.Fed(_window.ReceivedItems, count, deliveries);
        return _window.TryReceive(count, bytes);
    }

    /// <summary>Frees the bytes of items that may be dropped: these never make the writer wait.</summary>
    public void ArriveDroppable(long bytes) => _window.Consume(0, bytes);

    /// <summary>Items have left the queue.</summary>
    /// <param name="count">How many.</param>
    /// <param name="bytes">What they took of the byte window.</param>
    /// <param name="left">How many are left.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public AfterLock Consume(int count, long bytes, int left)
    {
        if (_isDropping)
        {
            DroppableBytes -= bytes;
            bytes = 0;
        }
        _window.Consume(count, bytes);
        AfterLock duties = IsGrantDue || Shared?.IsReportDue(_window, left) == true ? AfterLock.Feedback : AfterLock.None;
        if (_join.TryReach(_window.ConsumedItems))
            duties |= AfterLock.Joined;
        return duties;
    }

    /// <summary>The sender waits to be told that items are read.</summary>
    public readonly bool IsJoining => _join.IsPending;

    /// <summary>The sender wants to know when so many items are read.</summary>
    /// <returns>Whether it is to be told now.</returns>
    public bool TryJoin(long target) => _join.TrySet(target) && _join.TryReach(_window.ConsumedItems);

    /// <summary>Asks a hub for items that nobody has asked for yet; each of those that wait needs credit of its own, since no later call may come to ask.</summary>
    /// <returns>Whether credit has to go out for that.</returns>
    public bool IsShort(int wanted)
    {
        Shared?.Ask(ref _window, wanted);
        return Shared is not null && _window.UnusedItems < wanted;
    }

    /// <summary>Whether a reader that is about to wait should send first what its peer has to be told.</summary>
    /// <param name="isOpen">More items may come.</param>
    /// <param name="isEmpty">None is here.</param>
    /// <param name="wanted">How many are waited for.</param>
    public bool IsFeedbackWise(bool isOpen, bool isEmpty, int wanted)
    {
        bool isShort = isOpen && isEmpty && IsShort(wanted);
        return isShort || (isOpen && _window.IsGrantWise) || Shared?.HasFeedback(_window) == true;
    }

    /// <summary>Writes credit, and what a hub has to be told.</summary>
    /// <param name="room">Where to.</param>
    /// <param name="isOpen">More items may come.</param>
    /// <param name="isAll">False if the rest needs another write.</param>
    public int Write(Span<byte> room, bool isOpen, out bool isAll)
    {
        int length = 0;
        isAll = true;
        if (isOpen && _window.HasGrant)
        {
            (long items, long bytes) = _window.Grant();
            length = new CreditFrame(items, bytes).Write(room);
        }
        if (Shared is not null)
            length += Shared.WriteFeedback(room[length..], _window, out isAll);
        return length;
    }

    /// <summary>Gives unread items back to a hub, the newest ones.</summary>
    public void Cut(ItemQueue queue, long most) => Shared!.Cut(queue, ref _window, most);
}

/// <summary>How many items the sender wants to have been read, and how many it knows of. Guarded by its owner's lock.</summary>
internal struct JoinWatch()
{
    private long _target = long.MaxValue;
    private long _joined = -1;

    /// <summary>The sender waits to be told.</summary>
    public readonly bool IsPending => _target != long.MaxValue;

    /// <returns>False if the sender knows that already.</returns>
    public bool TrySet(long target)
    {
        if (target <= _joined)
            return false;
        _target = target;
        return true;
    }

    /// <returns>Whether the sender is to be told now.</returns>
    public bool TryReach(long consumed)
    {
        if (consumed < _target)
            return false;
        _target = long.MaxValue;
        _joined = consumed;
        return true;
    }
}
