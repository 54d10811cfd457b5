using CrossChannels.Channels;
using CrossChannels.Threading;

namespace CrossChannels.Hub;

/// <summary>Holds of a lock whose hub is at the other end of a link.</summary>
internal sealed class RemoteLock : LockSource
{
    private readonly LinkChannel<LockRequest, LockAnswer> _channel;
    private readonly RankedLock _sync = new(LockRank.RemoteLock);
    private readonly Dictionary<long, LockClaim> _claims = [];
    private readonly LockOutgoing<LockRequest> _outgoing;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _lastId;
    private Exception? _end;

    public RemoteLock(LinkChannel<LockRequest, LockAnswer> channel)
    {
        _channel = channel;
        // Where the link is over, the end of the claims is on its way.
        _outgoing = new LockOutgoing<LockRequest>(request => channel.Writer.TryWrite(request));
        _ = ListenAsync();
    }

    public override ConnectionOptions Settings => _channel.Link.Settings;

    public override bool ClosesWhenLost => true;

    /// <summary>Done when the link is over, and all holds are lost.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Why the link is over, or that this end is disposed; null while it is in use.</summary>
    public Exception? End
    {
        get
        {
            using (_sync.Enter())
                return _end;
        }
    }

    public override LockClaim Ask(bool isTry)
    {
        LockClaim claim;
        using (_sync.Enter())
        {
            if (_end is { } end)
                throw end;
            if (_claims.Count == LockPort.MaxTickets)
                throw new InvalidOperationException($"The lock is asked for {LockPort.MaxTickets:N0} times through one object already.");
            claim = new LockClaim(++_lastId, isTry);
            _claims.Add(claim.Id, claim);
            SayLocked(claim, isTry ? LockRequestKind.TryAcquire : LockRequestKind.Acquire);
        }
        _outgoing.Flush();
        return claim;
    }

    public override void Withdraw(LockClaim claim)
    {
        using (_sync.Enter())
        {
            if (claim.State is not (LockClaimState.Waiting or LockClaimState.Held))
                return;
            // A try may be over at the hub already: what became of it is on its way.
            bool isAnswered = claim.State == LockClaimState.Held || !claim.IsTry;
            claim.Leave();
            if (isAnswered)
                SayLocked(claim, LockRequestKind.Withdraw);
        }
        _outgoing.Flush();
    }

    public override bool TryRelease(LockClaim claim) => TryLeave(claim, LockRequestKind.Release);

    public override bool TryAbandon(LockClaim claim) => TryLeave(claim, LockRequestKind.Abandon);

    public override async ValueTask CloseAsync(bool isLost)
    {
        using (_sync.Enter())
        {
            foreach (LockClaim claim in _claims.Values)
            {
                if (claim.State == LockClaimState.Held)
                    SayLocked(claim, isLost ? LockRequestKind.Abandon : LockRequestKind.Release);
            }
            // What was not granted here leaves with the link, and is known to be unseen.
            EndLocked(new ObjectDisposedException(nameof(CrossLock), $"The lock {_channel.Link.Where} is disposed."));
        }
        _outgoing.Flush();
        _channel.Writer.TryComplete();
        await _channel.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Hears what the hub says, until the link is over. Runs without the program, so that probes are answered while it does something else.</summary>
    private async Task ListenAsync()
    {
        Exception? error = null;
        try
        {
            await foreach (LockAnswer answer in _channel.Reader.ReadAllAsync().ConfigureAwait(false))
            {
                if (Handle(answer) is not { } mistake)
                    continue;
                _channel.Link.Violate(mistake);
                break;
            }
        }
        catch (Exception e)
        {
            error = e;
        }
        using (_sync.Enter())
            EndLocked(_channel.Reader.Ending?.Cause ?? error ?? new LinkAbortedException("The hub closed the lock."));
        _ended.SetResult();
    }

    /// <returns>What is wrong with the answer; null if nothing is.</returns>
    private string? Handle(LockAnswer answer)
    {
        string? mistake;
        using (_sync.Enter())
            mistake = HandleLocked(answer);
        _outgoing.Flush();
        return mistake;
    }

    private string? HandleLocked(LockAnswer answer)
    {
        _sync.AssertHeld();
        if (_end is not null)
            return null;
        if (answer.Kind == LockAnswerKind.Probe)
        {
            _outgoing.Add(new LockRequest(answer.Id, LockRequestKind.Alive));
            return null;
        }
        if (!_claims.TryGetValue(answer.Id, out LockClaim? claim))
            return $"The hub answers request {answer.Id} of a lock, and there is none.";
        switch (answer.Kind)
        {
            case LockAnswerKind.Granted or LockAnswerKind.GrantedAbandoned when claim.State == LockClaimState.Waiting:
                claim.Grant(answer.Token, answer.Kind == LockAnswerKind.GrantedAbandoned);
                return null;
            case LockAnswerKind.Granted or LockAnswerKind.GrantedAbandoned when claim.State == LockClaimState.Leaving:
                if (claim.IsTry)
                    SayLocked(claim, LockRequestKind.Withdraw);
                return null;
            case LockAnswerKind.Busy when claim is { IsTry: true, State: LockClaimState.Waiting or LockClaimState.Leaving }:
                _claims.Remove(claim.Id);
                claim.Fail(new TimeoutException());
                return null;
            case LockAnswerKind.Left when claim.State == LockClaimState.Leaving:
                _claims.Remove(claim.Id);
                claim.Done();
                return null;
            default:
                return $"The hub answers request {answer.Id} of a lock with kind {(long)answer.Kind}, and it is {claim.State}.";
        }
    }

    private void EndLocked(Exception error)
    {
        _sync.AssertHeld();
        if (_end is not null)
            return;
        _end = error;
        foreach (LockClaim claim in _claims.Values)
            claim.Fail(error);
        _claims.Clear();
    }

    private bool TryLeave(LockClaim claim, LockRequestKind how)
    {
        using (_sync.Enter())
        {
            if (claim.State != LockClaimState.Held)
                return false;
            claim.Leave();
            SayLocked(claim, how);
        }
        _outgoing.Flush();
        return true;
    }

    private void SayLocked(LockClaim claim, LockRequestKind kind)
    {
        _sync.AssertHeld();
        _outgoing.Add(new LockRequest(claim.Id, kind));
    }
}
