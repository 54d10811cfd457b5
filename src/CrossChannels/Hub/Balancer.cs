using System.Diagnostics;

namespace CrossChannels.Hub;

/// <summary>Moves credit and items from ends that sit on them to ends that wait for them, and cuts off those that do not answer. Guarded by the channel's lock.</summary>
/// <remarks>Ends at work need no help: what they hold is used up in a moment. So a request waits a moment, and only as long as somebody waits is there a timer.</remarks>
internal sealed class Balancer(QueueChannel channel)
{
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(10);

    private readonly TimeProvider _clock = channel.Settings.Connection.TimeProvider;
    private ITimer? _timer;
    private long _armedFor = long.MaxValue;
    private long? _closeDeadline;

    /// <summary>A writer waits for a slot, and none is free.</summary>
    public void Starved(ref HubAfterLock duties)
    {
        if (channel.Writers.IsStarving)
        {
            // With no item in the channel no slot will become free by itself.
            if (channel.Queue.Count == 0 && channel.Readers.HeldItems == 0)
                channel.Writers.Revoke(DeadlineAfter(channel.Settings.RevokeTimeout), ref duties);
            Arm();
        }
        AwaitReports();
    }

    /// <summary>Somebody may wait for what readers have read and not told.</summary>
    public void AwaitReports()
    {
        if (AreReportsAwaited)
            Arm();
    }

    /// <summary>A reader waits, and nothing is queued.</summary>
    public void Hungry()
    {
        if (channel.Readers.HeldItems > 0)
            Arm();
    }

    /// <summary>An end that was asked has answered, or used what it was asked for: others may have to be asked now.</summary>
    public void AskedMoved() => Arm();

    /// <summary>An item was left to the owner, who may not take it.</summary>
    public void OfferSoon() => Arm();

    /// <summary>The channel takes no more items; writers have a while to send what they had accepted.</summary>
    public void Closing()
    {
        _closeDeadline = DeadlineAfter(channel.Settings.Connection.CloseTimeout);
        Arm();
    }

    public void Stop() => _timer?.Dispose();

    /// <summary>A writer waits for a slot, a join or the end for items to be done with: readers that have some are asked how far they are.</summary>
    private bool AreReportsAwaited => channel.Readers.HeldItems > 0
        && (channel.IsJoining || channel.WriterClosure is not null || (channel.Writers.Wanting > 0 && channel.Slots.Free <= 0));

    private void Arm() => Arm(s_moment);

    private void Arm(TimeSpan delay)
    {
        long due = Now() + (long)delay.TotalMilliseconds;
        if (_armedFor <= due)
            return;
        _armedFor = due;
        _timer ??= _clock.CreateTimer(static state => ((Balancer)state!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(delay, Timeout.InfiniteTimeSpan);
    }

    private void Tick()
    {
        HubAfterLock duties = default;
        using (channel.Sync.Enter())
        {
            _armedFor = long.MaxValue;
            if (channel.IsOver)
                return;
            duties.IsOfferDue = channel.Queue.Count > 0;
            long deadline = DeadlineAfter(channel.Settings.RevokeTimeout);
            channel.Writers.Revoke(deadline, ref duties);
            bool isWaiting = channel.Writers.IsAskingDue | Reclaim(deadline, ref duties) | AskForReports(deadline, ref duties) | CutOffTheSilent(ref duties);
            Probe(deadline, ref duties);
            if (isWaiting)
                Arm();
        }
        duties.Run(channel);
    }

    /// <summary>While somebody waits for items that readers have, or have leases of, asks these now and then for a sign of life.</summary>
    private void Probe(long deadline, ref HubAfterLock duties)
    {
        bool isAwaited = AreReportsAwaited || (channel.Queue.Count == 0 && (channel.IsOwnerHungry || channel.Readers.Hungry > 0));
        if (!isAwaited || channel.Settings.RevokeTimeout == Timeout.InfiniteTimeSpan)
            return;
        bool isProbing = false;
        long now = Now();
        foreach (ConsumerPort port in channel.Readers.Ports)
        {
            if (port.Held.Count == 0)
                continue;
            isProbing = true;
            if (port.ReclaimDeadline is not null || now < port.ProbeAt)
                continue;
            port.ProbeAt = deadline;
            port.ReclaimDeadline = deadline;
            port.ReclaimedMost = 0;
            duties.Do(() => port.PostReclaim(0));
        }
        if (isProbing)
            Arm(channel.Settings.RevokeTimeout);
    }

    /// <summary>Asks the reader that holds the most for a part of it.</summary>
    /// <returns>Whether it was asked.</returns>
    private bool Reclaim(long deadline, ref HubAfterLock duties)
    {
        int hungry = channel.Readers.Hungry + (channel.IsOwnerHungry ? 1 : 0);
        if (channel.Queue.Count > 0 || hungry == 0)
            return false;
        ConsumerPort? holder = null;
        foreach (ConsumerPort port in channel.Readers.Ports)
        {
            if (port.IsWorthAsking(forItems: true) && (holder is null || port.Unread > holder.Unread))
                holder = port;
        }
        if (holder is null)
            return false;
        Ask(holder, ((holder.Unread * hungry) + hungry) / (hungry + 1), deadline, ref duties);
        return true;
    }

    /// <summary>Asks every reader that has items what it has read of them; it tells the rest as it reads it.</summary>
    /// <returns>Whether any was asked.</returns>
    private bool AskForReports(long deadline, ref HubAfterLock duties)
    {
        if (!AreReportsAwaited)
            return false;
        bool isAnyAsked = false;
        foreach (ConsumerPort port in channel.Readers.Ports)
        {
            if (!port.IsWorthAsking(forItems: false))
                continue;
            isAnyAsked = true;
            Ask(port, 0, deadline, ref duties);
        }
        return isAnyAsked;
    }

    private static void Ask(ConsumerPort port, long most, long deadline, ref HubAfterLock duties)
    {
        port.LastAsked = (port.Sent, port.Unread, most > 0);
        port.ReclaimDeadline = deadline;
        port.ReclaimedMost = most;
        duties.Do(() => port.PostReclaim(most));
    }

    /// <returns>Whether somebody's time to answer will be up.</returns>
    private bool CutOffTheSilent(ref HubAfterLock duties)
    {
        long now = Now();
        bool isWaiting = false;
        foreach (ProducerPort port in channel.Writers.Ports)
        {
            if (Earliest(port.RevokeDeadline, _closeDeadline) is not (< long.MaxValue and { } deadline))
                continue;
            isWaiting = true;
            if (now >= deadline && !Debugger.IsAttached)
            {
                string what = port.RevokeDeadline is null ? "send what it had accepted" : "give back credit that others wait for";
                duties.Do(() => port.Link.GiveUp($"The writer did not {what} within the deadline; channel '{channel.Name}' goes on without it."));
            }
        }
        foreach (ConsumerPort port in channel.Readers.Ports)
        {
            if (port.ReclaimDeadline is not (< long.MaxValue and { } deadline))
                continue;
            isWaiting = true;
            if (now >= deadline && !Debugger.IsAttached)
                duties.Do(() => port.Link.GiveUp($"The reader did not give back items that others wait for within RevokeTimeout, {channel.Settings.RevokeTimeout.TotalSeconds:N1} s; channel '{channel.Name}' goes on without it."));
        }
        return isWaiting;
    }

    private static long? Earliest(long? first, long? second) => first is null || second < first ? second : first;

    /// <summary>Milliseconds of the hub's clock.</summary>
    public long Now() => (long)_clock.GetElapsedTime(0, _clock.GetTimestamp()).TotalMilliseconds;

    private long DeadlineAfter(TimeSpan timeout) => timeout == Timeout.InfiniteTimeSpan ? long.MaxValue : Now() + (long)timeout.TotalMilliseconds;
}
