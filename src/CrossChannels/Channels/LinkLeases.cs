using CrossChannels.Diagnostics;
using CrossChannels.Links;
using CrossChannels.Protocol;

namespace CrossChannels.Channels;

/// <summary>Settles the leases of a link's reader.</summary>
internal sealed class LinkLeases(Link link, ItemReceiver receiver) : ILeaseHolder
{
    private readonly LeaseBook _leases = receiver.Leases!;
    private readonly LeaseStyle _style = new();

    public LeaseGuard? Hand(object lease, long sequence) => _style.Hand(this, lease, sequence);

    public void Lose(long sequence)
    {
        if (!_style.IsCounted && TrySettle(sequence, SettleOutcome.Abandoned))
            Log.LeaseLost(link.Settings.Logger, link.Peer?.Endpoint ?? "an unknown peer", sequence);
    }

    public bool TrySettle(long sequence, bool isCompleted)
    {
        _style.Settled();
        if (TrySettle(sequence, isCompleted ? SettleOutcome.Completed : SettleOutcome.Abandoned))
            return true;
        return ThrowIfClosed();
    }

    public bool TryCompleteOldest()
    {
        bool hadFeedback;
        _style.Counted();
        using (receiver.Sync.Enter())
        {
            hadFeedback = _leases.HasFeedback;
            if (!_leases.TryCompleteOldest())
            {
                receiver.Closure?.ThrowIfMoved();
                return _leases.HasLost && ThrowIfClosed();
            }
        }
        Send(hadFeedback);
        return true;
    }

    public long TakeLost()
    {
        using (receiver.Sync.Enter())
            return _leases.TakeLost();
    }

    public void Abandon(long sequence, bool isUnreadable = false)
    {
        if (!isUnreadable)
            _style.Settled();
        TrySettle(sequence, isUnreadable ? SettleOutcome.Unreadable : SettleOutcome.Abandoned);
    }

    /// <remarks>The answer is asked for together with the lease: once that has been sent there is nothing left to ask with.</remarks>
    public bool TryComplete(long sequence, out Task confirmed)
    {
        confirmed = Task.CompletedTask;
        _style.Settled();
        using (receiver.Sync.Enter())
        {
            if (!_leases.TrySettle(sequence, SettleOutcome.Completed))
                return ThrowIfClosed();
            confirmed = _leases.WaitUntilConfirmedAsync();
        }
        receiver.SendSettled();
        return true;
    }

    private bool TrySettle(long sequence, SettleOutcome outcome)
    {
        bool hadFeedback;
        using (receiver.Sync.Enter())
        {
            hadFeedback = _leases.HasFeedback;
            if (!_leases.TrySettle(sequence, outcome))
                return false;
        }
        Send(hadFeedback);
        return true;
    }

    /// <returns>True in a process that exits, whose open leases go back to the hub; false where the lease is not open.</returns>
    private bool ThrowIfClosed() => receiver.Closure is { } closure && (closure.IsExit ? true : throw closure.ForItem());

    /// <summary>What is pending already has somebody who sends it.</summary>
    private void Send(bool hadFeedback)
    {
        if (!hadFeedback)
            receiver.SendSettled();
    }
}
