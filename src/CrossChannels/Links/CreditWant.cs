using CrossChannels.Protocol;

namespace CrossChannels.Links;

/// <summary>Asks for credit where the capacity is shared with other writers, once a position. Guarded by the outbox's lock.</summary>
internal sealed class CreditWant(Outbox outbox)
{
    private long _asked = -1;

    /// <summary>All credit is used up, and somebody wants to write.</summary>
    public void Ask(long accepted)
    {
        if (_asked == accepted)
            return;
        _asked = accepted;
        outbox.PostLocked(new OutFrame(FrameType.Want, accepted));
    }

    /// <summary>Credit came, so that the same position may be asked for again.</summary>
    public void Granted() => _asked = -1;

    /// <summary>Nobody wants to write any more.</summary>
    public void Withdraw()
    {
        if (_asked < 0)
            return;
        outbox.PostLocked(new OutFrame(FrameType.WantWithdrawn, _asked));
        _asked = -1;
    }
}
