using CrossChannels.Links;
using CrossChannels.Protocol;

namespace CrossChannels.Channels;

/// <summary>Settles the leases of a link's reader.</summary>
internal sealed class LinkLeases(ItemReceiver receiver) : ILeaseHolder
{
    private readonly LeaseBook _leases = receiver.Leases!;

    public bool TrySettle(long sequence, bool isCompleted) =>
        Settle(() => _leases.TrySettle(sequence, isCompleted ? SettleOutcome.Completed : SettleOutcome.Abandoned)) || (receiver.Closure is { } closure ? throw closure.ForItem() : false);

    public bool TryCompleteOldest() => Settle(_leases.TryCompleteOldest);

    public void Abandon(long sequence) => Settle(() => _leases.TrySettle(sequence, SettleOutcome.Abandoned));

    /// <remarks>The answer is asked for together with the lease: once that has been sent there is nothing left to ask with.</remarks>
    public bool TryComplete(long sequence, out Task confirmed)
    {
        Task answer = Task.CompletedTask;
        bool isSettled = Settle(() =>
        {
            if (!_leases.TrySettle(sequence, SettleOutcome.Completed))
                return false;
            answer = _leases.WaitUntilConfirmedAsync();
            return true;
        });
        confirmed = answer;
        return isSettled || (receiver.Closure is { } closure ? throw closure.ForItem() : false);
    }

    private bool Settle(Func<bool> settle)
    {
        bool wasEmpty;
        lock (receiver.Sync)
        {
            wasEmpty = _leases.IsEmpty;
            if (!settle())
                return false;
        }
        // What is pending already has somebody who sends it.
        if (wasEmpty)
            receiver.SendSettled();
        return true;
    }
}
