namespace CrossChannels.Hub;

/// <summary>Makes the status of a queued channel.</summary>
internal static class QueueStatus
{
    public static ChannelStatus Of(QueueChannel channel, CompletionPolicy completion)
    {
        using (channel.Sync.Enter())
        {
            return new ChannelStatus(channel.Name)
            {
                Depth = channel.Queue.Count,
                Bytes = channel.Bytes.Held,
                Capacity = channel.Slots.IsUnlimited ? null : channel.Slots.Capacity,
                InFlight = channel.Readers.HeldItems + channel.OwnerReads.LeaseCount,
                IsLeased = channel.IsLeased,
                IsCompleted = channel.WriterClosure is not null,
                CompletionPolicy = completion.ToString(),
                Writers = [.. channel.Writers.Ports.Select(PeerStatuses.Of)],
                Readers = [.. channel.Readers.Ports.Select(port => PeerStatuses.Of(port, channel.IsLeased))],
                WaitingWriters = WaitingWriters(channel),
                WaitingReaders = WaitingReaders(channel),
            };
        }
    }

    private static List<PeerStatus> WaitingWriters(QueueChannel channel)
    {
        // The owner stands in the order also when it has only looked, and not when it waits because of bytes.
        List<ProducerPort?> order = [.. channel.Writers.WaitingInOrder];
        if (channel.OwnerWrites.Waiting == 0)
            order.Remove(null);
        else if (!order.Contains(null))
            order.Add(null);
        return [.. order.Select(static port => port is null ? PeerStatuses.Owner(PeerWait.Room) : PeerStatuses.Of(port))];
    }

    private static List<PeerStatus> WaitingReaders(QueueChannel channel)
    {
        List<PeerStatus> waiting = channel.OwnerReads.IsWaiting ? [PeerStatuses.Owner(PeerWait.Item)] : [];
        waiting.AddRange(channel.Readers.Ports.Where(static port => port.IsHungry).Select(port => PeerStatuses.Of(port, channel.IsLeased)));
        return waiting;
    }
}
