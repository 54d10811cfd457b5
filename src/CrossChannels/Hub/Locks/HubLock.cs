using System.Collections.Concurrent;
using CrossChannels.Channels;
using CrossChannels.Diagnostics;
using CrossChannels.Links;
using CrossChannels.Threading;

namespace CrossChannels.Hub;

/// <summary>A lock that a hub owns: first come first served over all processes, passed on when its holder's process dies.</summary>
/// <remarks>One lock guards it all; what goes to links is posted under it and sent outside, in that order.</remarks>
internal sealed class HubLock : HubObject
{
    private readonly HubOptions _settings;
    private readonly LinkChannelFactory<LockAnswer, LockRequest> _factory;
    private readonly RankedLock _sync = new(LockRank.HubLock);
    private readonly LockQueue _queue = new();
    private readonly HubClock _clock;
    private readonly HolderWatch _watch;
    private readonly HashSet<LockPort> _ports = [];
    private readonly ConcurrentQueue<LockPort> _due = new();
    private bool _isClosed;
    private bool _isExiting;

    public HubLock(string name, HubOptions settings)
        : base(name)
    {
        _settings = settings;
        _factory = new LinkChannelFactory<LockAnswer, LockRequest>(LockWire.OfHub(settings.Connection), name, LinkRole.Lock);
        _clock = new HubClock(settings.Connection.TimeProvider);
        _watch = new HolderWatch(_sync, _clock, settings.RevokeTimeout, CheckHolder);
    }

    private bool IsClosed { get { using (_sync.Enter()) return _isClosed; } }

    public ConnectionOptions ConnectionOptions => _settings.Connection;

    public override bool Serves(LinkRole role) => role == LinkRole.Lock;

    public override string WhyNot(LinkRole role) => $"'{Name}' is a lock: open it with OpenLockAsync.";

    public override Link Attach(HubRequest request)
    {
        // A link begins outside the lock: it takes its own, starts a timer, and writes.
        if (IsClosed)
            return request.Refuse(ConnectionOptions, $"The lock '{Name}' was disposed by its owner.");
        LinkChannel<LockAnswer, LockRequest> channel = _factory.Start(request.Input, request.Output, request.Peer);
        var port = new LockPort(this, channel, ConnectionOptions.TimeProvider.GetUtcNow());
        bool isClosed;
        using (_sync.Enter())
        {
            isClosed = _isClosed;
            if (!isClosed)
                _ports.Add(port);
        }
        if (isClosed)
            channel.Link.Abort($"The lock '{Name}' was disposed by its owner.");
        _ = port.ServeAsync();
        return channel.Link;
    }

    public override LockStatus GetStatus()
    {
        using (_sync.Enter())
        {
            return new LockStatus(Name)
            {
                Holder = _queue.Holder?.GetStatus(PeerWait.Nothing),
                FencingToken = _queue.LastToken,
                IsAbandoned = _queue.IsAbandoned,
                Waiters = [.. _queue.Waiting.Select(static ticket => ticket.GetStatus(PeerWait.Lock))],
            };
        }
    }

    public override void BeginExit()
    {
        using (_sync.Enter())
            _isExiting = true;
    }

    public override async ValueTask<long> CloseAsync(TimeSpan drainTimeout)
    {
        LockPort[] ports;
        using (_sync.Enter())
        {
            _isClosed = true;
            _watch.StopLocked();
            foreach (LockTicket ticket in _queue.Clear())
            {
                if (!_isExiting || ticket is not OwnerTicket)
                    ticket.Fail(Disposed());
            }
            ports = [.. _ports];
        }
        Flush();
        foreach (LockPort port in ports)
            port.Link.Abort($"The lock '{Name}' was disposed by its owner.");
        if (drainTimeout != TimeSpan.Zero)
        {
            Task closed = Task.WhenAll(ports.Select(static port => port.Link.Closed));
            await Task.WhenAny(closed, Task.Delay(ConnectionOptions.CloseTimeout, ConnectionOptions.TimeProvider)).ConfigureAwait(false);
        }
        return 0;
    }

    /// <summary>The owner asks.</summary>
    /// <exception cref="ObjectDisposedException">The lock is disposed.</exception>
    public void Enter(OwnerTicket ticket)
    {
        _clock.Refresh();
        using (_sync.Enter())
        {
            if (_isClosed && _isExiting)
                return;
            if (_isClosed)
                throw Disposed();
            if (ticket.Claim.IsTry && _queue.Holder is not null)
                ticket.Claim.Fail(new TimeoutException());
            else
                _queue.Enter(ticket);
            _watch.UpdateLocked(_queue);
        }
        Flush();
    }

    /// <summary>The owner has changed its mind, or is done.</summary>
    /// <returns>False if it does not hold the lock, which only one that is done has to.</returns>
    public bool TryLeave(OwnerTicket ticket, LockLeave how)
    {
        _clock.Refresh();
        using (_sync.Enter())
        {
            if (ticket.Claim.State != LockClaimState.Held && (how == LockLeave.Released || ticket.Claim.State != LockClaimState.Waiting))
                return false;
            _queue.Leave(ticket, how);
            ticket.Claim.Done();
            _watch.UpdateLocked(_queue);
        }
        Flush();
        return true;
    }

    /// <summary>A remote end says something.</summary>
    /// <returns>What is wrong with that; null if nothing is.</returns>
    public string? Handle(LockPort port, LockRequest request)
    {
        string? mistake;
        _clock.Refresh();
        using (_sync.Enter())
        {
            // Its link is about to be aborted, and so is that of whoever held the lock, who has not heard yet.
            if (_isClosed)
                return null;
            mistake = port.HandleLocked(_queue, request);
            _watch.UpdateLocked(_queue);
        }
        Flush();
        return mistake;
    }

    /// <summary>A remote end has left, or was cut off.</summary>
    public void Gone(LockPort port, LockLeave how)
    {
        _clock.Refresh();
        using (_sync.Enter())
        {
            _ports.Remove(port);
            port.LeaveLocked(_queue, how);
            _watch.UpdateLocked(_queue);
        }
        Flush();
    }

    /// <summary>The holder has had time to answer.</summary>
    public void CheckHolder()
    {
        LockPort? silent;
        _clock.Refresh();
        using (_sync.Enter())
            silent = _watch.TickLocked();
        Flush();
        // A process that runs may only have a thread pool full of work that blocks: two holders would be worse than to wait.
        if (silent is null || IsAtWork(silent))
            return;
        // The holder is told first, and only then the next one has the lock.
        silent.Link.GiveUp($"Others waited for the lock '{Name}', and the process that held it did not answer within RevokeTimeout, {_settings.RevokeTimeout.TotalSeconds:N1} s.");
        Gone(silent, LockLeave.Abandoned);
    }

    private bool IsAtWork(LockPort silent)
    {
        if (!PeerLife.IsAtWork(silent.Link.LocalProcessId))
            return false;
        if (!silent.IsSilenceLogged)
            Log.PeerSilent(ConnectionOptions.Logger, Name, silent.Link.PeerName, _settings.RevokeTimeout.TotalSeconds);
        silent.IsSilenceLogged = true;
        return true;
    }

    /// <summary>Something was posted to a link. Called under the lock.</summary>
    public void Due(LockPort port) => _due.Enqueue(port);

    private void Flush()
    {
        _watch.Timer.Set();
        while (_due.TryDequeue(out LockPort? port))
            port.Flush();
    }

    private ObjectDisposedException Disposed() => new(nameof(CrossLock), $"The lock '{Name}' is disposed.");
}
