namespace CrossChannels.Ends;

/// <summary>An end of a pair that was made in this process.</summary>
internal sealed class PairOrigin(PairJoint joint, bool isFirst) : EndOrigin
{
    public override ValueTask<EndTicket> GiveAsync(string to, CancellationToken cancellationToken) => joint.GiveAsync(isFirst, to, cancellationToken);
}
