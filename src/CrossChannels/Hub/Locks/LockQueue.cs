namespace CrossChannels.Hub;

/// <summary>Who holds a lock, and who waits for it, in the order of asking. Guarded by its owner's lock.</summary>
internal sealed class LockQueue
{
    private readonly LinkedList<LockTicket> _waiting = new();

    public LockTicket? Holder { get; private set; }

    public IReadOnlyCollection<LockTicket> Waiting => _waiting;

    /// <summary>The token of the last grant.</summary>
    public long LastToken { get; private set; }

    /// <summary>The last holder left without releasing, and nobody has been told.</summary>
    public bool IsAbandoned { get; private set; }

    /// <summary>Gives the lock, or a place behind all others.</summary>
    public void Enter(LockTicket ticket)
    {
        if (Holder is null)
            Give(ticket);
        else
            ticket.Place = _waiting.AddLast(ticket);
    }

    /// <summary>Takes a ticket out, wherever it is; if it held the lock, the next one gets it.</summary>
    public void Leave(LockTicket ticket, LockLeave how)
    {
        if (ticket.Place is { } place)
        {
            _waiting.Remove(place);
            ticket.Place = null;
            return;
        }
        if (Holder != ticket)
            return;
        Holder = null;
        IsAbandoned = how == LockLeave.Abandoned || (how == LockLeave.Unseen && ticket.WasAbandoned);
        if (_waiting.First is { } next)
        {
            _waiting.Remove(next);
            next.Value.Place = null;
            Give(next.Value);
        }
    }

    /// <summary>Takes everything out, the holder first.</summary>
    public List<LockTicket> Clear()
    {
        List<LockTicket> all = Holder is null ? [] : [Holder];
        all.AddRange(_waiting);
        Holder = null;
        _waiting.Clear();
        foreach (LockTicket ticket in all)
            ticket.Place = null;
        return all;
    }

    private void Give(LockTicket ticket)
    {
        bool wasAbandoned = IsAbandoned;
        Holder = ticket;
        IsAbandoned = false;
        ticket.Grant(++LastToken, wasAbandoned);
    }
}

/// <summary>How a request for a lock ends.</summary>
internal enum LockLeave
{
    /// <summary>Its holder is done.</summary>
    Released,

    /// <summary>It was granted, if at all, to somebody who never knew.</summary>
    Unseen,

    /// <summary>Its process died, or was cut off.</summary>
    Abandoned,
}
