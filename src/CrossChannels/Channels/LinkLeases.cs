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

    public async ValueTask WaitUntilSettledAsync(CancellationToken cancellationToken)
    {
        Task confirmed;
        lock (receiver.Sync)
            confirmed = receiver.Closure is { Error: { } error } ? Task.FromException(error) : _leases.WaitUntilConfirmedAsync();
        if (confirmed.IsCompletedSuccessfully)
            return;
        receiver.SendSettled();
        await confirmed.WaitAsync(cancellationToken).ConfigureAwait(false);
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
