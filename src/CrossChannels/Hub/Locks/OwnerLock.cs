namespace CrossChannels.Hub;

/// <summary>Holds of a lock in the process of its hub, without a link.</summary>
/// <param name="hub">The lock.</param>
/// <param name="close">Disposes it; gets how long it may take.</param>
internal sealed class OwnerLock(HubLock hub, Func<TimeSpan, ValueTask<long>> close) : LockSource
{
    public override ConnectionOptions Settings => hub.ConnectionOptions;

    public override bool ClosesWhenLost => false;

    public override LockClaim Ask(bool isTry)
    {
        var claim = new LockClaim(0, isTry);
        claim.Ticket = new OwnerTicket(claim);
        hub.Enter(claim.Ticket);
        return claim;
    }

    public override void Withdraw(LockClaim claim) => hub.TryLeave(claim.Ticket!, LockLeave.Unseen);

    public override bool TryRelease(LockClaim claim) => hub.TryLeave(claim.Ticket!, LockLeave.Released);

    public override bool TryAbandon(LockClaim claim) => claim.State == LockClaimState.Held && hub.TryLeave(claim.Ticket!, LockLeave.Abandoned);

    public override async ValueTask CloseAsync(bool isLost) => await close(Settings.CloseTimeout).ConfigureAwait(false);
}
