using CrossChannels.Hub;

namespace CrossChannels.Transfer;

/// <summary>An owner's end, or a lock: the other process gets an end of its own, and this one stays.</summary>
/// <param name="describe">Makes what the ticket says; throws why it cannot be given.</param>
/// <param name="readers">Where the owner looks whether readers are on their way; null for an end that reads nothing.</param>
internal sealed class SharedOrigin(Func<TransferContent> describe, GivenReaders? readers = null) : TransferOrigin
{
    public override ValueTask<TransferTicket> GiveAsync(string to, CancellationToken cancellationToken)
    {
        TransferContent content = describe();
        Action? forget = readers?.Expect();
        return new(new TransferTicket(content, forget is null ? null : _ => forget()));
    }
}
