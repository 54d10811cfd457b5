using System.Collections.Concurrent;
using CrossChannels.Channels;
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
    private readonly HolderWatch _watch;
    private readonly HashSet<LockPort> _ports = [];
    private readonly ConcurrentQueue<LockPort> _due = new();
    private bool _isClosed;

    public HubLock(string name, HubOptions settings)
        : base(name)
    {
        _settings = settings;
        _factory = new LinkChannelFactory<LockAnswer, LockRequest>(LockWire.OfHub(settings.Connection), name, LinkRole.Lock);
        _watch = new HolderWatch(this, settings);
    }

    public ConnectionOptions ConnectionOptions => _settings.Connection;

    public override bool Serves(LinkRole role) => role == LinkRole.Lock;

    public override string WhyNot(LinkRole role) => $"'{Name}' is a lock: open it with OpenLockAsync.";

    public override Link Attach(HubRequest request)
    {
        LinkChannel<LockAnswer, LockRequest> channel;
        LockPort port;
        using (_sync.Enter())
        {
            if (_isClosed)
                return request.Refuse(ConnectionOptions, $"The lock '{Name}' was disposed by its owner.");
            channel = _factory.Start(request.Input, request.Output, request.Peer);
            port = new LockPort(this, channel, ConnectionOptions.TimeProvider.GetUtcNow());
            _ports.Add(port);
        }
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

    public override async ValueTask<long> CloseAsync(TimeSpan drainTimeout)
    {
        LockPort[] ports;
        using (_sync.Enter())
        {
            _isClosed = true;
            _watch.Stop();
            foreach (LockTicket ticket in _queue.Clear())
                ticket.Fail(Disposed());
            ports = [.. _ports];
        }
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
        using (_sync.Enter())
        {
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
        using (_sync.Enter())
        {
            mistake = port.HandleLocked(_queue, request);
            _watch.UpdateLocked(_queue);
        }
        Flush();
        return mistake;
    }

    /// <summary>A remote end has left, or was cut off.</summary>
    public void Gone(LockPort port, LockLeave how)
    {
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
        using (_sync.Enter())
            silent = _watch.TickLocked();
        Flush();
        if (silent is null)
            return;
        Gone(silent, LockLeave.Abandoned);
        silent.Link.GiveUp($"Others waited for the lock '{Name}', and the process that held it did not answer within RevokeTimeout, {_settings.RevokeTimeout.TotalSeconds:N1} s.");
    }

    /// <summary>Something was posted to a link. Called under the lock.</summary>
    public void Due(LockPort port) => _due.Enqueue(port);

    private void Flush()
    {
        while (_due.TryDequeue(out LockPort? port))
            port.Flush();
    }

    private ObjectDisposedException Disposed() => new(nameof(CrossLock), $"The lock '{Name}' is disposed.");
}
