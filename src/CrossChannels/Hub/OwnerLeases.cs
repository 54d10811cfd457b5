using CrossChannels.Channels;

namespace CrossChannels.Hub;

/// <summary>Settles the owner's own leases: at once.</summary>
internal sealed class OwnerLeases(QueueChannel channel) : ILeaseHolder
{
    public bool TrySettle(long sequence, bool isCompleted) =>
        channel.OwnerReads.TrySettle(sequence, isCompleted) || (channel.ReaderClosure is { } closure ? throw closure.ForItem() : false);

    public bool TryCompleteOldest() => channel.OwnerReads.TryCompleteOldest();

    public void Abandon(long sequence) => channel.OwnerReads.TrySettle(sequence, isCompleted: false);

    public bool TryComplete(long sequence, out Task confirmed)
    {
        confirmed = Task.CompletedTask;
        return TrySettle(sequence, isCompleted: true);
    }
}
