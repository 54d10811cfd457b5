namespace CrossChannels.Hub;

/// <summary>A place in the order of a lock's requests. Guarded by the lock's own lock.</summary>
internal abstract class LockTicket
{
    /// <summary>Its place among those that wait; null if it does not.</summary>
    public LinkedListNode<LockTicket>? Place { get; set; }

    /// <summary>The link that it came by; null for the owner's.</summary>
    public virtual LockPort? Port => null;

    /// <summary>The hold before this one ended without a release.</summary>
    public bool WasAbandoned { get; private set; }

    /// <summary>It holds the lock.</summary>
    public void Grant(long token, bool wasAbandoned)
    {
        WasAbandoned = wasAbandoned;
        TellGranted(token);
    }

    /// <summary>Who asked.</summary>
    public abstract PeerStatus GetStatus(PeerWait waitsFor);

    /// <summary>The lock is disposed by its owner.</summary>
    public virtual void Fail(Exception error)
    {
    }

    protected abstract void TellGranted(long token);
}
