using CrossChannels.Links;
using CrossChannels.Protocol;

namespace CrossChannels.Channels;

/// <summary>Settles the leases of a link's reader.</summary>
internal sealed class LinkLeases(ItemReceiver receiver) : ILeaseHolder
{
    private readonly LeaseBook _leases = receiver.Leases!;

    public bool TrySettle(long sequence, bool isCompleted)
    {
        if (TrySettle(sequence, isCompleted ? SettleOutcome.Completed : SettleOutcome.Abandoned))
            return true;
        return receiver.Closure is { } closure ? throw closure.ForItem() : false;
    }

    public bool TryCompleteOldest()
    {
        bool hadFeedback;
        using (receiver.Sync.Enter())
        {
            hadFeedback = _leases.HasFeedback;
            if (!_leases.TryCompleteOldest())
            {
                receiver.Closure?.ThrowIfMoved();
                return _leases.HasLost ? throw receiver.Closure!.ForItem() : false;
            }
        }
        Send(hadFeedback);
        return true;
    }

    public void Abandon(long sequence) => TrySettle(sequence, SettleOutcome.Abandoned);

    /// <remarks>The answer is asked for together with the lease: once that has been sent there is nothing left to ask with.</remarks>
    public bool TryComplete(long sequence, out Task confirmed)
    {
        confirmed = Task.CompletedTask;
        using (receiver.Sync.Enter())
        {
            if (!_leases.TrySettle(sequence, SettleOutcome.Completed))
                return receiver.Closure is { } closure ? throw closure.ForItem() : false;
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

    /// <summary>What is pending already has somebody who sends it.</summary>
    private void Send(bool hadFeedback)
    {
        if (!hadFeedback)
            receiver.SendSettled();
    }
}
