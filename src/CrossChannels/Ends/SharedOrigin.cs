namespace CrossChannels.Ends;

/// <summary>An owner's end, or a lock: the other process gets an end of its own, and this one stays.</summary>
/// <param name="describe">Makes what the ticket says; throws why it cannot be given.</param>
internal sealed class SharedOrigin(Func<EndContent> describe) : EndOrigin
{
    public override ValueTask<EndTicket> GiveAsync(string to, CancellationToken cancellationToken) => new(new EndTicket(describe()));
}
