namespace CrossChannels.Flow;

/// <summary>The sender's side of flow control: what it may still send. Knows no connection and takes no lock.</summary>
/// <param name="isShared">The items' credit comes from a capacity that others use too: it is not tied to what was sent, and may be taken back.</param>
internal struct SendCredit(bool isShared)
{
    private long _grantedItems;
    private long _grantedBytes;
    private long _sentBytes;
    private long _windowBytes;
    private long _firstItems;

    /// <summary>Items accepted so far; each took one item of credit.</summary>
    public long AcceptedItems { get; private set; }

    /// <summary>Items that have left.</summary>
    public long SentItems { get; private set; }

    /// <summary>How many more items may be accepted.</summary>
    public readonly long Items => _grantedItems - AcceptedItems;

    /// <summary>The reader has no limit of items.</summary>
    public readonly bool IsUnlimited => _grantedItems == long.MaxValue;

    /// <summary>Items that are certain to have been read, for the bound of what was not received.</summary>
    public readonly long CertainlyRead => IsUnlimited || isShared ? 0 : _grantedItems - _firstItems;

    public void Accept(int count) => AcceptedItems += count;

    /// <summary>Whether a batch may leave: it fits, or it is a lone item and nothing else is unread.</summary>
    public readonly bool MaySend(long bytes, int count)
    {
        long room = _grantedBytes - _sentBytes;
        return bytes <= room || (count == 1 && room == _windowBytes);
    }

    public void Sent(long bytes, int count)
    {
        _sentBytes += bytes;
        SentItems += count;
    }

    /// <summary>Takes the items of the first credit beforehand: they may be accepted, and nothing may be sent.</summary>
    public void Expect(long items)
    {
        _grantedItems = _firstItems = items;
        // No room equals this window, so that not even a lone item leaves.
        _windowBytes = -1;
    }

    /// <summary>Takes the first credit.</summary>
    public void Open(long items, long bytes)
    {
        _grantedItems = _firstItems = items;
        _grantedBytes = _windowBytes = bytes;
    }

    /// <summary>Gives unused credit back.</summary>
    public void Revoke()
    {
        if (!IsUnlimited)
            _grantedItems = AcceptedItems;
    }

    /// <summary>Takes a later, cumulative credit.</summary>
    /// <returns>False if it goes back, or beyond the first credit and what was sent.</returns>
    public bool TryGrant(long items, long bytes)
    {
        if (items < _grantedItems || bytes < _grantedBytes
            || bytes - _windowBytes > _sentBytes || (!isShared && items != _firstItems && items - _firstItems > SentItems))
        {
            return false;
        }
        _grantedItems = items;
        _grantedBytes = bytes;
        return true;
    }
}
