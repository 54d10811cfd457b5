using CrossChannels.Links;
using CrossChannels.Threading;
using CrossChannels.Transports;

namespace CrossChannels.Transfer;

/// <summary>Waits for the process that got one end of a pair, on behalf of the end that stayed, until that is joined, or given away as well.</summary>
/// <remarks>
/// A connection is held for a moment before the end that stayed takes it, unless that end is used. Both ends can therefore be given to two processes, the second
/// after the first has begun: the first then finds the second at the same address.
/// </remarks>
#pragma warning disable CA1001 // Its tokens have no timer and no registration that outlives the wait.
internal sealed class PairListener
#pragma warning restore CA1001
{
    private static readonly TimeSpan s_hold = TimeSpan.FromSeconds(1);

    private readonly RankedLock _sync = new(LockRank.PairListener);
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _wanted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ITransportListener _listener;
    private readonly string _secret;
    private readonly PairSide _stayed;
    private readonly Recipient _to;
    private readonly PairSide _given;
    private readonly TransferContent _ticket;
    private readonly ConnectionOptions _settings;
    private State _state;
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _hosting = Task.CompletedTask;

    /// <param name="listener">Where the other process connects; disposed with this.</param>
    /// <param name="secret">What it shows.</param>
    /// <param name="stayed">The end that waits.</param>
    /// <param name="given">The other end.</param>
    /// <param name="to">Who got the other.</param>
    /// <param name="ticket">What the ticket of the other says.</param>
    public PairListener(ITransportListener listener, string secret, PairSide stayed, PairSide given, Recipient to, TransferContent ticket)
    {
        _listener = listener;
        _secret = secret;
        _stayed = stayed;
        _given = given;
        _to = to;
        _ticket = ticket;
        _settings = stayed.Link.Settings;
    }

    private enum State
    {
        /// <summary>No process has connected.</summary>
        Waiting,

        /// <summary>A process connected, and may still be sent on.</summary>
        Held,

        /// <summary>The end that stayed is joined, or has failed.</summary>
        Settled,

        /// <summary>The end that stayed was given away as well.</summary>
        HandedOver,
    }

    public void Start()
    {
        LinkRegistry.AddOwner(this, ExitAsync, _settings.ExitTimeout);
        _hosting = HostAsync();
        _started.SetResult();
    }

    /// <summary>The end that stayed is used here.</summary>
    public void Use() => _wanted.TrySetResult();

    /// <summary>No process will use the first ticket.</summary>
    public void Withdraw(Exception? cause)
    {
        bool isHandedOver;
        using (_sync.Enter())
        {
            isHandedOver = _state == State.HandedOver;
            // A process that is being held has connected, whatever the giver of its ticket thinks: what it sent counts.
            if (_state is State.Settled or State.Held)
                return;
            if (!isHandedOver)
                _state = State.Settled;
        }
        if (isHandedOver)
            _ = AbortAsync(_given, _ticket, cause);
        else
            Fail(cause ?? new LinkAbortedException($"{_stayed.Name} waited for {_to}, which got the other end of its pair and will not open it."));
    }

    /// <summary>Gives the end that stayed away as well: the two processes talk to each other.</summary>
    public async ValueTask<TransferTicket> GiveRestAsync(PairSide side, Recipient to, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        TransferContent content = side.Describe(_listener.Address, true, to);
        using (_sync.Enter())
        {
            if (side.Moved is { } moved)
                throw moved;
            if (_wanted.Task.IsCompleted || _state == State.Settled)
            {
                throw new InvalidOperationException(
                    $"{side.Name} was used in this process, or has been joined to the other end of its pair, which {_to} got; it cannot be given to {to}. " +
                    $"Give both ends before either is used, the second within {s_hold.TotalSeconds:0} s of the first being opened.");
            }
            _state = State.HandedOver;
            side.MoveLocked(to);
        }
        side.CloseMoved();
        await StopAsync().ConfigureAwait(false);
        return new TransferTicket(content, cause => _ = AbortAsync(side, content, cause));
    }

    private async Task HostAsync()
    {
        try
        {
            using var deadline = new CancellationTokenSource(PairRendezvous.WaitOf(_settings), _settings.TimeProvider);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token, deadline.Token);
            PairConnection way;
            try
            {
                way = await PairRendezvous.AcceptAsync(_listener, _secret, _settings, either.Token).ConfigureAwait(false);
            }
            finally
            {
                await _listener.DisposeAsync().ConfigureAwait(false);
            }
            await HoldAsync(way).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            using (_sync.Enter())
            {
                if (_state != State.Waiting)
                    return;
                _state = State.Settled;
            }
            _stayed.Link.Fail(e is OperationCanceledException
                ? new LinkTimeoutException($"{_stayed.Name} waited {PairRendezvous.WaitOf(_settings).TotalSeconds:0} s for {_to}, which got the other end of its pair and has not opened it.", e)
                : e);
        }
        finally
        {
            LinkRegistry.RemoveOwner(this);
        }
    }

    private async Task HoldAsync(PairConnection way)
    {
        bool isHeld;
        using (_sync.Enter())
        {
            isHeld = _state == State.Waiting;
            if (isHeld)
                _state = State.Held;
        }
        if (isHeld)
        {
            await Task.WhenAny(Task.Delay(s_hold, _settings.TimeProvider, _stopping.Token), _wanted.Task).ConfigureAwait(false);
        }
        bool isTaken;
        using (_sync.Enter())
        {
            isTaken = _state == State.Held;
            if (isTaken)
                _state = State.Settled;
        }
        if (!isTaken)
            await way.DisposeAsync().ConfigureAwait(false);
        else if (_stayed.Link.Closed.IsCompleted)
            way.Refuse(_settings, $"The other end of the pair was closed before {_to} opened this one.");
        else
            way.Accept(_stayed.Link, _stayed.Lanes);
    }

    private void Fail(Exception cause)
    {
        _stayed.Link.Fail(cause);
        _ = StopAsync();
    }

    /// <summary>The process exits: the end that stayed has ExitTimeout to finish, as every link has.</summary>
    private async Task ExitAsync()
    {
        Use();
        _stayed.Link.BeginExit();
        await Task.WhenAny(_stayed.Link.Closed, Task.Delay(_settings.ExitTimeout, _settings.TimeProvider)).ConfigureAwait(false);
        await StopAsync().ConfigureAwait(false);
    }

    /// <summary>Stops waiting, which frees the address.</summary>
    private async Task StopAsync()
    {
        // It is started outside the lock under which it can be found.
        await _started.Task.ConfigureAwait(false);
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _hosting.ConfigureAwait(false);
    }

    /// <summary>Connects in place of the process that will not, and tells the waiting end why.</summary>
    private static Task AbortAsync(PairSide side, TransferContent ticket, Exception? cause) =>
        side.Abort(ticket, cause?.Message ?? "The other end of the pair was given to a process that will not open it.");
}
