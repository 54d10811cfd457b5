namespace CrossChannels.Links;

/// <summary>How many items the sender wants to have been read, and how many it knows of. Guarded by its owner's lock.</summary>
internal struct JoinWatch()
{
    private long _target = long.MaxValue;
    private long _joined = -1;

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
