using System.Diagnostics;
using CrossChannels.Diagnostics;
using CrossChannels.Links;
using CrossChannels.Threading;

namespace CrossChannels.Hub;

/// <summary>Moves credit and items from ends that sit on them to ends that wait for them, and cuts off those that do not answer. Guarded by the channel's lock.</summary>
/// <remarks>Ends that work need no help: what they hold is used up in a moment. So a request waits a moment, and there is a timer only while an end waits.</remarks>
internal sealed class Balancer
{
    /// <summary>What busy ends hold is used up in less; a request at once would make every short stall a round trip.</summary>
    private const long MomentMilliseconds = 10;

    /// <summary>A reader that has moved nothing for so long is taken to have stopped: what it holds goes to any other, also out of order.</summary>
    private const long StoppedMilliseconds = 200;

    private readonly string _name;
    private readonly HubOptions _options;
    private readonly bool _isLeased;
    private readonly HubClock _clock;
    private readonly RankedLock _sync;
    private readonly HubQueue _queue;
    private readonly CreditAllocator _writers;
    private readonly Dispatcher _readers;
    private readonly IQueueEvents _events;
    private readonly Action<WriterAccount> _revokePosted;
    private long? _closeDeadline;
    private long _orderUntil = long.MaxValue;

    public Balancer(string name, QueueOptions options, HubClock clock, RankedLock sync, HubQueue queue, CreditAllocator writers, Dispatcher readers, IQueueEvents events)
    {
        _name = name;
        _options = options.Hub;
        _isLeased = options.Leases is not null;
        _clock = clock;
        _sync = sync;
        _queue = queue;
        _writers = writers;
        _readers = readers;
        _events = events;
        _revokePosted = OnRevokePosted;
        Timer = new HubTimer(sync, clock, Tick);
    }

    /// <summary>Ticks while an end waits for another.</summary>
    public HubTimer Timer { get; }

    /// <summary>A writer waits for a slot, and none is free.</summary>
    public void OnWriterStarved(ref HubAfterLock after)
    {
        if (_writers.IsStarving)
        {
            // With no item in the channel no slot will become free by itself.
            if (_queue.Total == 0 && _readers.HeldItems == 0)
                _writers.Revoke(_revokePosted, ref after);
            LookSoon(ref after);
        }
        AwaitReports(ref after);
    }

    /// <summary>A writer, a join or the end may wait for progress that readers have not reported yet.</summary>
    public void AwaitReports(ref HubAfterLock after)
    {
        if (AreReportsAwaited)
            LookSoon(ref after);
    }

    /// <summary>A reader waits, and nothing is queued.</summary>
    public void OnReaderIdle(ref HubAfterLock after)
    {
        if (_readers.HeldItems > 0)
            LookSoon(ref after);
    }

    /// <summary>A reader has taken what it may have; if others wait and nothing is left, they may need a part of it.</summary>
    public void OnDispatched(ref HubAfterLock after)
    {
        AwaitReports(ref after);
        if (_readers.Accounts.Count > 1 && _queue.Count == 0)
            OnReaderIdle(ref after);
    }

    /// <summary>Looks in a moment who waits for whom.</summary>
    public void LookSoon(ref HubAfterLock after) => Look(MomentMilliseconds, ref after);

    /// <summary>Items were set aside until their time has come, or for readers that have had nothing later.</summary>
    public void OnSetAside(ref HubAfterLock after)
    {
        if (_queue.NextDue is < long.MaxValue and { } due)
            Look(Math.Max(1, due - _clock.Now), ref after);
        if (!_queue.HasInOrder)
        {
            _orderUntil = long.MaxValue;
            return;
        }
        if (_orderUntil == long.MaxValue)
            _orderUntil = _clock.Now + StoppedMilliseconds;
        Look(Math.Max(1, _orderUntil - _clock.Now), ref after);
    }

    /// <summary>The channel takes no more items; writers have a while to send what they had accepted.</summary>
    public void OnClosing(ref HubAfterLock after)
    {
        _closeDeadline = _clock.After(_options.Connection.CloseTimeout);
        LookSoon(ref after);
    }

    /// <summary>The channel is over.</summary>
    public void Stop(ref HubAfterLock after)
    {
        Timer.StopLocked();
        after.IsTimerDue = true;
    }

    /// <summary>A writer waits for a slot, a join or the end for items to be done with: readers that have some are asked how far they are.</summary>
    private bool AreReportsAwaited => _readers.HeldItems > 0 && (_events.IsProcessingAwaited || (_writers.Wanting > 0 && _writers.IsFull));

    private void Look(long delay, ref HubAfterLock after) => after.IsTimerDue |= Timer.AskLocked(delay);

    private void Tick()
    {
        HubAfterLock after = default;
        _clock.Refresh();
        try
        {
            using (_sync.Enter())
            {
                if (!Timer.TickedLocked())
                    return;
                TickLocked(ref after);
            }
        }
        finally
        {
            _events.Run(ref after);
        }
    }

    private void TickLocked(ref HubAfterLock after)
    {
        _sync.AssertHeld();
        long now = _clock.Now;
        _events.OnLanesDue(ref after);
        bool isReleased = _queue.ReleaseDue(now);
        // A reader that could have them in order did not come.
        if (_queue.HasInOrder && now >= _orderUntil)
        {
            _events.OnOrderGivenUp();
            isReleased = true;
        }
        if (isReleased)
            _events.OnReturned(ref after);
        _readers.EndHold();
        after.IsOfferDue |= _queue.Count > 0;
        _writers.Revoke(_revokePosted, ref after);
        bool isWaiting = _writers.IsAskingDue | Reclaim(now, ref after) | AskForReports(ref after) | CutOffTheSilent(now, ref after);
        Probe(now, ref after);
        OnSetAside(ref after);
        if (isWaiting)
            LookSoon(ref after);
    }

    /// <summary>While an end waits for items that readers have, or have leases of, asks these now and then for a sign of life.</summary>
    private void Probe(long now, ref HubAfterLock after)
    {
        bool isAwaited = AreReportsAwaited || (_queue.Count == 0 && (_events.IsOwnerIdle || _readers.Idle > 0));
        if (!isAwaited || _options.RevokeTimeout == Timeout.InfiniteTimeSpan)
            return;
        bool isProbing = false;
        foreach (ReaderAccount account in _readers.Accounts)
        {
            if (account.Held.Count == 0)
                continue;
            isProbing = true;
            if (account.AnswerDeadline is not null || now < account.ProbeAt)
                continue;
            account.ProbeAt = _clock.After(_options.RevokeTimeout);
            Ask(account, 0, isProbe: true, ref after);
        }
        if (isProbing)
            Look((long)_options.RevokeTimeout.TotalMilliseconds, ref after);
    }

    /// <summary>Asks the reader that holds the most for a part of it.</summary>
    /// <returns>Whether it was asked.</returns>
    private bool Reclaim(long now, ref HubAfterLock after)
    {
        int idle = _readers.Idle + (_events.IsOwnerIdle ? 1 : 0);
        if (_queue.Count > 0 || idle == 0)
            return false;
        ReaderAccount? holder = null;
        foreach (ReaderAccount account in _readers.Accounts)
        {
            if (account.IsWorthAsking(forItems: true) && (holder is null || account.Unread > holder.Unread))
                holder = account;
        }
        if (holder is null)
            return false;
        long most = ((holder.Unread * idle) + idle) / (idle + 1);
        // Leases are settled in any order, so that each is for every reader. Of a plain channel nobody reads an item after a later one while its readers live and read.
        bool isStopped = now - holder.MovedAt >= StoppedMilliseconds;
        holder.IsCutInOrder = !_isLeased && !isStopped;
        if (holder.IsCutInOrder && !IsForAnIdleReader(holder.Held.LowestOfNewest(most)))
        {
            Look(Math.Max(1, holder.MovedAt + StoppedMilliseconds - now), ref after);
            return false;
        }
        Ask(holder, most, isProbe: false, ref after);
        return true;
    }

    /// <summary>Whether a reader that waits has had nothing later than this item.</summary>
    private bool IsForAnIdleReader(long sequence) =>
        (_events is { IsOwnerIdle: true, Owner: { } owner } && owner.Highest < sequence) || _readers.Accounts.Exists(account => account.IsIdle && account.Taker.Highest < sequence);

    /// <summary>Asks every reader that has items what it has read of them; it tells the rest as it reads it.</summary>
    /// <returns>Whether any was asked.</returns>
    private bool AskForReports(ref HubAfterLock after)
    {
        if (!AreReportsAwaited)
            return false;
        bool isAnyAsked = false;
        foreach (ReaderAccount account in _readers.Accounts)
        {
            if (!account.IsWorthAsking(forItems: false))
                continue;
            isAnyAsked = true;
            Ask(account, 0, isProbe: false, ref after);
        }
        return isAnyAsked;
    }

    private void Ask(ReaderAccount account, long most, bool isProbe, ref HubAfterLock after)
    {
        account.Ask(most, isProbe);
        after.Do(() =>
        {
            account.PostReclaim(most);
            // The time to answer begins when the request is on its way.
            SetDeadline(() => account.AnswerDeadline == long.MaxValue, deadline => account.AnswerDeadline = deadline);
        });
    }

    private void OnRevokePosted(WriterAccount account) =>
        SetDeadline(() => account.RevokeDeadline == long.MaxValue, deadline => account.RevokeDeadline = deadline);

    /// <summary>Gives a peer that has been asked, or that lives, its time to answer.</summary>
    private void SetDeadline(Func<bool> isAsked, Action<long> set)
    {
        HubAfterLock after = default;
        _clock.Refresh();
        try
        {
            using (_sync.Enter())
            {
                if (!isAsked())
                    return;
                set(_clock.After(_options.RevokeTimeout));
                if (_options.RevokeTimeout != Timeout.InfiniteTimeSpan)
                    LookSoon(ref after);
            }
        }
        finally
        {
            _events.Run(ref after);
        }
    }

    /// <returns>Whether a peer's time to answer will be up.</returns>
    private bool CutOffTheSilent(long now, ref HubAfterLock after)
    {
        bool isWaiting = false;
        foreach (WriterAccount account in _writers.Accounts)
        {
            if (Earliest(account.RevokeDeadline, _closeDeadline) is not (< long.MaxValue and { } deadline))
                continue;
            isWaiting = true;
            if (now < deadline || Debugger.IsAttached)
                continue;
            bool isRevoking = account.RevokeDeadline is not null;
            string what = isRevoking ? "give back credit that others wait for" : "send what it had accepted";
            string message = $"The writer did not {what} within the deadline; channel '{_name}' goes on without it.";
            after.Do(() =>
            {
                if (!isRevoking || !IsAtWork(account.Link, account.IsSilenceLogged))
                    account.Link.GiveUp(message);
                else
                    SetDeadline(() => account.RevokeDeadline is not null, later => (account.RevokeDeadline, account.IsSilenceLogged) = (later, true));
            });
            if (isRevoking)
                account.RevokeDeadline = long.MaxValue;
        }
        foreach (ReaderAccount account in _readers.Accounts)
        {
            if (account.AnswerDeadline is not (< long.MaxValue and { } deadline))
                continue;
            isWaiting = true;
            if (now < deadline || Debugger.IsAttached)
                continue;
            account.AnswerDeadline = long.MaxValue;
            string message = $"The reader did not give back items that others wait for within RevokeTimeout, {_options.RevokeTimeout.TotalSeconds:N1} s; channel '{_name}' goes on without it.";
            after.Do(() =>
            {
                if (!IsAtWork(account.Link, account.IsSilenceLogged))
                    account.Link.GiveUp(message);
                else
                    SetDeadline(() => account.AnswerDeadline is not null, later => (account.AnswerDeadline, account.IsSilenceLogged) = (later, true));
            });
        }
        return isWaiting;
    }

    /// <summary>Whether a silent peer's process runs: its thread pool may be full of work that blocks, and cutting it off would have its items done twice.</summary>
    private bool IsAtWork(Link link, bool isLogged)
    {
        if (!PeerLife.IsAtWork(link.LocalProcessId))
            return false;
        if (!isLogged)
            Log.PeerSilent(_options.Connection.Logger, _name, link.PeerName, _options.RevokeTimeout.TotalSeconds);
        return true;
    }

    private static long? Earliest(long? first, long? second) => first is null || second < first ? second : first;
}
