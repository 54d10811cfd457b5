namespace CrossChannels.Hub;

/// <summary>A request of the hub's own process.</summary>
internal sealed class OwnerTicket(LockClaim claim) : LockTicket
{
    public LockClaim Claim => claim;

    public override PeerStatus GetStatus(PeerWait waitsFor) => PeerStatuses.Owner(waitsFor);

    public override void Fail(Exception error) => claim.Fail(error);

    protected override void TellGranted(long token) => claim.Grant(token, WasAbandoned);
}
