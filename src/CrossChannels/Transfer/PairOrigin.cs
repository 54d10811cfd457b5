namespace CrossChannels.Transfer;

/// <summary>An end of a pair that was made in this process.</summary>
internal sealed class PairOrigin(PairState joint, bool isFirst) : TransferOrigin
{
    public override ValueTask<TransferTicket> GiveAsync(string to, CancellationToken cancellationToken) => joint.GiveAsync(isFirst, to, cancellationToken);
}
