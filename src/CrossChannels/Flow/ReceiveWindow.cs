namespace CrossChannels.Flow;

/// <summary>The receiver's side of flow control: what it granted, got, and has room for. Knows no connection and takes no lock.</summary>
/// <remarks>
/// A slot is taken when credit is granted and freed when its item is consumed, so the capacity is exact: granted but unused credit
/// and unread items together never exceed it.
/// </remarks>
internal struct ReceiveWindow
{
    private long _capacity;
    private readonly long _windowBytes;
    private long _returnItems;
    private readonly long _returnBytes;
    private readonly long _largestBytes;
    private long _grantedItems;
    private long _grantedBytes;
    private long _receivedBytes;
    private long _consumedBytes;

    /// <param name="capacity">Items, or <see cref="long.MaxValue"/> for no limit.</param>
    /// <param name="windowBytes">Bytes that may be unread.</param>
    /// <param name="maxPayloadBytes">The largest batch, or lone item, in bytes.</param>
    public ReceiveWindow(long capacity, long windowBytes, int maxPayloadBytes)
    {
        // Counts are cumulative, so a window that is as good as endless must leave room to count.
        windowBytes = Math.Min(windowBytes, long.MaxValue / 2);
        _capacity = capacity;
        _windowBytes = windowBytes;
        _grantedItems = capacity;
        _grantedBytes = windowBytes;
        _returnItems = Math.Max(1, capacity / 8);
        _returnBytes = Math.Max(1, windowBytes / 8);
        _largestBytes = Math.Min(windowBytes, maxPayloadBytes);
    }

    /// <summary>Changes the capacity of a window that began bounded; credit that was granted stays granted.</summary>
    public void SetCapacity(long capacity)
    {
        _capacity = capacity;
        _returnItems = Math.Max(1, capacity / 8);
    }

    public long ReceivedItems { get; private set; }

    public long ConsumedItems { get; private set; }

    /// <summary>Credit that the sender has not used.</summary>
    public readonly long UnusedItems => _grantedItems - ReceivedItems;

    public readonly (long Items, long Bytes) Granted => (_grantedItems, _grantedBytes);

    /// <summary>Takes note of a batch that arrived.</summary>
    /// <returns>False if it was sent without credit.</returns>
    public bool TryReceive(int count, long bytes)
    {
        long room = _grantedBytes - _receivedBytes;
        if (count > _grantedItems - ReceivedItems || (bytes > room && !(count == 1 && room == _windowBytes)))
            return false;
        ReceivedItems += count;
        _receivedBytes += bytes;
        return true;
    }

    public void Consume(long count, long bytes)
    {
        ConsumedItems += count;
        _consumedBytes += bytes;
    }

    /// <summary>
    /// Whether credit should be returned now, while the reader goes on: an eighth of the window is free, or the sender has none left,
    /// or the largest batch would not fit.
    /// </summary>
    public readonly bool IsGrantDue
    {
        get
        {
            long freeBytes = _consumedBytes + _windowBytes - _grantedBytes;
            if (freeBytes >= _returnBytes)
                return true;
            // A sender whose next item may not fit cannot use up its items either, so a bounded reader does not wait for that.
            bool isBounded = _capacity != long.MaxValue;
            if (freeBytes > 0 && _grantedBytes - _receivedBytes < _largestBytes && (isBounded || _consumedBytes == _receivedBytes))
                return true;
            if (!isBounded)
                return false;
            long free = ConsumedItems + _capacity - _grantedItems;
            return free >= _returnItems || (free > 0 && _grantedItems == ReceivedItems);
        }
    }

    /// <summary>Whether a reader that goes to sleep should return credit before: the sender has used half of what it had.</summary>
    public readonly bool IsGrantWise
    {
        get
        {
            if (!HasGrant)
                return false;
            return _grantedBytes - _receivedBytes <= _windowBytes / 2
                || (_capacity != long.MaxValue && _grantedItems - ReceivedItems <= _capacity / 2);
        }
    }

    /// <summary>Whether there is anything to return, as when items go the other way and credit can travel with them.</summary>
    public readonly bool HasGrant =>
        _consumedBytes + _windowBytes > _grantedBytes || (_capacity != long.MaxValue && ConsumedItems + _capacity > _grantedItems);

    /// <summary>Grants everything that is free.</summary>
    /// <returns>The new cumulative credit.</returns>
    public (long Items, long Bytes) Grant()
    {
        if (_capacity != long.MaxValue)
            _grantedItems = Math.Max(_grantedItems, ConsumedItems + _capacity);
        _grantedBytes = _consumedBytes + _windowBytes;
        return (_grantedItems, _grantedBytes);
    }
}
