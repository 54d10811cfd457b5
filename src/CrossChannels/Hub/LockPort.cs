using CrossChannels.Channels;
using CrossChannels.Links;

namespace CrossChannels.Hub;

/// <summary>The hub's end of the link of one remote lock. Everything mutable but what goes out is guarded by the lock's own lock.</summary>
internal sealed class LockPort(HubLock hub, LinkChannel<LockAnswer, LockRequest> channel, DateTimeOffset since)
{
    /// <summary>How many requests one link may have open.</summary>
    public const int MaxTickets = 100_000;

    private readonly Dictionary<long, Ticket> _tickets = [];
    private readonly LockOutgoing<LockAnswer> _outgoing = new(answer =>
    {
        if (!channel.Writer.TryWrite(answer) && channel.Writer.Ending is null)
            channel.Link.Violate($"The peer does not read the answers of lock '{hub.Name}'.");
    });

    private long _probes;
    private long _answered;
    private bool _isGone;

    public Link Link => channel.Link;

    /// <summary>It answered whatever it was asked.</summary>
    public bool IsAlive => _answered == _probes;

    /// <summary>Reads what the peer says until it has left.</summary>
    public async Task ServeAsync()
    {
        var how = LockLeave.Abandoned;
        try
        {
            await foreach (LockRequest request in channel.Reader.ReadAllAsync().ConfigureAwait(false))
            {
                if (hub.Handle(this, request) is { } mistake)
                {
                    Link.Violate(mistake);
                    break;
                }
            }
            // One that completes has released what it knew that it held.
            if (channel.Reader.Completion.IsCompletedSuccessfully)
                how = LockLeave.Unseen;
        }
        catch (Exception)
        {
            // However the link ended: what its process held, it left without a word.
        }
        hub.Gone(this, how);
        await channel.DisposeAsync().ConfigureAwait(false);
    }

    /// <returns>What is wrong with the request; null if nothing is.</returns>
    public string? HandleLocked(LockQueue queue, LockRequest request)
    {
        if (_isGone)
            return null;
        (long id, LockRequestKind kind) = request;
        switch (kind)
        {
            case LockRequestKind.Acquire or LockRequestKind.TryAcquire:
                return Enter(queue, id, isTry: kind == LockRequestKind.TryAcquire);
            case LockRequestKind.Release when _tickets.TryGetValue(id, out Ticket? ticket) && queue.Holder == ticket:
                return Leave(queue, ticket, LockLeave.Released);
            case LockRequestKind.Release:
                return $"Lock '{hub.Name}' is not held by request {id}, which releases it.";
            case LockRequestKind.Withdraw when _tickets.TryGetValue(id, out Ticket? ticket):
                return Leave(queue, ticket, LockLeave.Unseen);
            case LockRequestKind.Withdraw:
                return $"Lock '{hub.Name}' knows no request {id}, which is withdrawn.";
            case LockRequestKind.Alive when id == _answered + 1 && id <= _probes:
                _answered = id;
                return null;
            default:
                return $"Lock '{hub.Name}' was sent number {id} with kind {(long)kind}, which means nothing.";
        }
    }

    /// <summary>Its words count no more, and what it had asked for is over.</summary>
    public void LeaveLocked(LockQueue queue, LockLeave how)
    {
        if (_isGone)
            return;
        _isGone = true;
        // Those that wait first, or they would be granted what another of this link leaves.
        foreach (Ticket ticket in _tickets.Values.OrderBy(ticket => ticket == queue.Holder))
            queue.Leave(ticket, how);
        _tickets.Clear();
    }

    public void ProbeLocked() => Post(new LockAnswer(++_probes, 0, LockAnswerKind.Probe));

    /// <summary>Sends what was posted, outside the lock, in the order in which it was posted.</summary>
    public void Flush() => _outgoing.Flush();

    private string? Enter(LockQueue queue, long id, bool isTry)
    {
        if (_tickets.Count == MaxTickets)
            return $"Lock '{hub.Name}' was asked for more than {MaxTickets:N0} times at once.";
        if (_tickets.ContainsKey(id))
            return $"Lock '{hub.Name}' was asked for under number {id} twice.";
        if (isTry && queue.Holder is not null)
        {
            Post(new LockAnswer(id, 0, LockAnswerKind.Busy));
            return null;
        }
        var ticket = new Ticket(this, id);
        _tickets.Add(id, ticket);
        queue.Enter(ticket);
        return null;
    }

    private string? Leave(LockQueue queue, Ticket ticket, LockLeave how)
    {
        _tickets.Remove(ticket.Id);
        queue.Leave(ticket, how);
        Post(new LockAnswer(ticket.Id, 0, LockAnswerKind.Left));
        return null;
    }

    private void Post(LockAnswer answer)
    {
        _outgoing.Add(answer);
        hub.Due(this);
    }

    /// <summary>A request of this link.</summary>
    private sealed class Ticket(LockPort port, long id) : LockTicket
    {
        public long Id => id;

        public override LockPort Port => port;

        public override PeerStatus GetStatus(PeerWait waitsFor) => port.GetStatus(waitsFor);

        protected override void TellGranted(long token) =>
            port.Post(new LockAnswer(id, token, WasAbandoned ? LockAnswerKind.GrantedAbandoned : LockAnswerKind.Granted));
    }

    private PeerStatus GetStatus(PeerWait waitsFor) => PeerStatuses.Of(Link, PeerRole.Lock, since) with { WaitsFor = waitsFor };
}
