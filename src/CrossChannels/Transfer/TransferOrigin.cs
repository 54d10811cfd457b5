using CrossChannels.Hub;

namespace CrossChannels.Transfer;

/// <summary>What may be given to another process.</summary>
internal interface IGivenEnd
{
    /// <summary>Where the end comes from, which decides how it is given; null if it never can be.</summary>
    TransferOrigin? Origin { get; }
}

/// <summary>Who gets an end.</summary>
/// <param name="Name">For messages.</param>
/// <param name="IsChild">A worker of this program, started by this process: it can make the same serializers.</param>
internal readonly record struct Recipient(string Name, bool IsChild = false)
{
    public override string ToString() => Name;
}

/// <summary>Where an end comes from, and so how it is given to another process.</summary>
/// <param name="give">Makes the ticket; throws <see cref="InvalidOperationException"/>, before anything has changed, if the end cannot be given.</param>
internal sealed class TransferOrigin(Func<Recipient, CancellationToken, ValueTask<TransferTicket>> give)
{
    public static readonly TransferOrigin Connected = Refused(
        "This end was made by ConnectAsync, ListenAsync or Over, and its connection cannot move to another process. " +
        "Give the address as a string and connect there, or make the two ends with CrossChannel.CreatePair or CreatePipe.");

    public static readonly TransferOrigin Half = Refused(
        "This reader or writer is one half of an end of a pair, and the two halves have one connection. Give the whole end, the DuplexChannel<TWrite, TRead>, " +
        "or make a one-way pair with CrossChannel.CreatePipe.");

    public static readonly TransferOrigin Arrived = Refused(
        "This end of a pair was given to this process, and cannot be given again. Make the pair in a process that starts both others, or make another pair here.");

    public static readonly TransferOrigin Rendezvous = Refused(
        "A channel of capacity 0 hands items over within one process only, and so cannot be given to another. Across processes the least capacity is 1.");

    public static readonly TransferOrigin Both = Refused(
        "Reader and writer of this channel were opened together from a ticket. Give one of them, Reader or Writer, or let the owner of the channel give it.");

    /// <summary>An owner's end, or a lock: the other process gets an end of its own, and this one stays.</summary>
    /// <param name="describe">Makes what the ticket says; throws why it cannot be given.</param>
    /// <param name="readers">Where the owner looks whether readers are on their way; null for an end that reads nothing.</param>
    public static TransferOrigin Shared(Func<Recipient, TransferContent> describe, ExpectedReaders? readers = null) => new((recipient, _) =>
    {
        TransferContent content = describe(recipient);
        Action? forget = readers?.Expect();
        return new(new TransferTicket(content, forget is null ? null : _ => forget()));
    });

    /// <summary>An end that cannot be given, and why.</summary>
    private static TransferOrigin Refused(string why) => new((_, _) => throw new InvalidOperationException(why));

    /// <param name="recipient">Who gets it.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="InvalidOperationException">It cannot be given; the message says why and what to do.</exception>
    public ValueTask<TransferTicket> GiveAsync(Recipient recipient, CancellationToken cancellationToken) => give(recipient, cancellationToken);
}
