namespace CrossChannels.Hub;

/// <summary>Passes a channel's items to its remote readers. Guarded by the channel's lock, but for <see cref="Offer()"/>.</summary>
internal sealed class Dispatcher(QueueChannel channel)
{
    private int _next;

    public List<ConsumerPort> Ports { get; } = [];

    /// <summary>Items that readers have and have not read, or not settled.</summary>
    public long HeldItems { get; private set; }

    public long HeldBytes { get; private set; }

    /// <summary>How many of the queued items one reader may take now, if others ask too.</summary>
    public long FairShare
    {
        get
        {
            if (Ports.Count <= 1)
                return long.MaxValue;
            int asking = 0;
            foreach (ConsumerPort port in Ports)
                asking += port.Demand > 0 ? 1 : 0;
            return asking <= 1 ? long.MaxValue : (channel.Queue.Count + asking - 1) / asking;
        }
    }

    /// <summary>A remote reader waits, and has nothing to do.</summary>
    public int Hungry => Ports.Count(static port => port.IsHungry);

    public void Add(ConsumerPort port) => Ports.Add(port);

    public void Remove(ConsumerPort port, ref HubAfterLock duties)
    {
        Ports.Remove(port);
        duties.IsOfferDue = true;
    }

    /// <summary>Items were sent to a reader.</summary>
    public void Dispatched(int count, int bytes)
    {
        HeldItems += count;
        HeldBytes += bytes;
        channel.Balancer.AwaitReports();
    }

    /// <summary>A reader has taken what it may have; if others wait and nothing is left, they may need a part of it.</summary>
    public void Taken()
    {
        if (Ports.Count > 1 && channel.Queue.Count == 0)
            channel.Balancer.Hungry();
    }

    /// <summary>A reader is done with items, or they are back.</summary>
    public void Undispatched(int count, int bytes)
    {
        HeldItems -= count;
        HeldBytes -= bytes;
    }

    /// <summary>A reader asks for more.</summary>
    public void DemandChanged(ref HubAfterLock duties)
    {
        if (channel.Queue.Count > 0)
            duties.IsOfferDue = true;
        else
            channel.Balancer.Hungry();
    }

    /// <summary>Has readers that ask take what is queued, in turn. Takes locks of links, so that it is called outside the channel's.</summary>
    public void Offer()
    {
        ConsumerPort? only = null;
        ConsumerPort[]? asking = null;
        using (channel.Sync.Enter())
        {
            if (channel.Queue.Count == 0 || Ports.Count == 0)
                return;
            if (Ports.Count == 1)
                only = Ports[0];
            else
                asking = AskingLocked();
        }
        if (only is not null)
        {
            only.Offer();
            return;
        }
        // One that is just being written to looks again when that is done, and the others get what is there.
        for (int i = 0; i < asking!.Length && channel.Queue.Count > 0; i++)
            asking[i].Offer();
    }

    /// <summary>Those that ask, in turn, and before them those of them that have nothing to do. Decided at once: who becomes hungry meanwhile must not be passed over.</summary>
    private ConsumerPort[] AskingLocked()
    {
        int start = _next++;
        var asking = new List<ConsumerPort>(Ports.Count);
        for (int i = 0; i < Ports.Count; i++)
        {
            ConsumerPort port = Ports[(int)((uint)(start + i) % (uint)Ports.Count)];
            if (port.Demand > 0)
                asking.Add(port);
        }
        return [.. asking.Where(static port => port.IsHungry), .. asking.Where(static port => !port.IsHungry)];
    }
}
