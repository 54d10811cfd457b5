namespace CrossChannels.Transfer;

/// <summary>An end that cannot be given, and why.</summary>
internal sealed class RefusedOrigin(string why) : TransferOrigin
{
    public static readonly RefusedOrigin Connected = new(
        "This end was made by ConnectAsync, ListenAsync or Over, and its connection cannot move to another process. " +
        "Give the address as a string and connect there, or make the two ends with CrossChannel.CreatePair.");

    public static readonly RefusedOrigin Half = new(
        "This reader or writer is one half of an end of a pair, and the two halves have one connection. Give the whole end, the DuplexChannel<TWrite, TRead>, " +
        "made by CrossChannel.CreatePair with NoItem for a direction that is not used.");

    public static readonly RefusedOrigin Arrived = new(
        "This end of a pair was given to this process, and goes no further. Make the pair in a process that starts both others, or make another pair here.");

    public static readonly RefusedOrigin Rendezvous = new(
        "A channel of capacity 0 hands over within one process only, and so cannot be given to another. Across processes the least capacity is 1.");

    public static readonly RefusedOrigin Both = new(
        "Reader and writer of this channel were opened together from a ticket. Give one of them, Reader or Writer, or let the owner of the channel give it.");

    public override ValueTask<TransferTicket> GiveAsync(string to, CancellationToken cancellationToken) => throw new InvalidOperationException(why);
}
