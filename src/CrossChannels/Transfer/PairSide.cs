using CrossChannels.Links;

namespace CrossChannels.Transfer;

/// <summary>One end of a pair.</summary>
/// <param name="Link">Of the end.</param>
/// <param name="Name">Of the end, for messages.</param>
/// <param name="Abort">Comes in place of the process that has the end, with its ticket, and tells the other end why it will not.</param>
/// <param name="Describe">Makes what the ticket says, of an address and of whether its receiver listens there; throws why the end cannot be given.</param>
internal sealed record PairSide(Link Link, string Name, Func<TransferContent, string, Task> Abort, Func<ChannelAddress, bool, TransferContent> Describe)
{
    /// <summary>What every use throws once the end was given away.</summary>
    public EndMovedException? Moved { get; private set; }

    /// <summary>Marks the end as given away. Called under the lock of its pair, and followed by <see cref="CloseMoved"/> outside it.</summary>
    public void MoveLocked(string to) =>
        Moved = new EndMovedException($"{Name} was given to {to}, and is not used here any more: one process has one end of a pair. Use the other end here, or make another pair.");

    /// <summary>Closes the link of the end that was given away, which runs continuations of its completion.</summary>
    public void CloseMoved() => Link.MoveAway(Moved!);
}
