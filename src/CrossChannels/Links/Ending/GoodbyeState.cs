namespace CrossChannels.Links;

/// <summary>How far a link is on its way to a clean end: both halves done, goodbye said, goodbye heard. Guarded by its owner's lock.</summary>
internal struct GoodbyeState
{
    private bool _isPosted;
    private bool _isWritten;
    private bool _isReaderClosed;

    public bool IsOutDone { get; set; }

    public bool IsInDone { get; set; }

    public bool IsReceived { get; private set; }

    /// <summary>One half needs the link no more.</summary>
    /// <returns>Whether goodbye is to be said now; true once.</returns>
    public bool Done(bool isOut)
    {
        if (isOut)
            IsOutDone = true;
        else
            IsInDone = true;
        if (!IsOutDone || !IsInDone || _isPosted)
            return false;
        return _isPosted = true;
    }

    /// <summary>The peer's reader is closed.</summary>
    /// <returns>False if that was known.</returns>
    public bool CloseReader()
    {
        bool wasClosed = _isReaderClosed;
        _isReaderClosed = true;
        return !wasClosed;
    }

    /// <returns>Whether the connection may be closed.</returns>
    public bool Written()
    {
        _isWritten = true;
        return IsReceived;
    }

    /// <returns>Whether the connection may be closed.</returns>
    public bool Receive()
    {
        IsReceived = true;
        return _isWritten;
    }
}
