namespace CrossChannels;

/// <summary>The owner of a shared channel left without completing it, so that the items read may not be all. A new owner may come: open the channel again.</summary>
public sealed class OwnerLeftException : CrossChannelException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="channel">The channel's name; empty for the only one of its address.</param>
    /// <param name="unreadCount">How many items no reader had read when this was told.</param>
    public OwnerLeftException(string channel, long unreadCount)
        : base(EndingKind.OwnerLeft, Describe(channel, unreadCount))
    {
        Channel = channel;
        UnreadCount = unreadCount;
    }

    /// <summary>The channel's name; empty for the only one of its address.</summary>
    public string Channel { get; }

    /// <summary>How many items no reader had read when this was told: at a reader 0 if it had drained the channel, at a writer those that were in it.</summary>
    public long UnreadCount { get; }

    private static string Describe(string channel, long unreadCount)
    {
        string name = channel.Length == 0 ? "the channel" : $"channel '{channel}'";
        string unread = unreadCount == 0 ? "No item was left unread." : $"{unreadCount:N0} items were not read.";
        return $"The owner of {name} left without completing it (its hub was disposed or shut down). {unread} Open the channel again to wait for a new owner; an owner whose data is complete calls Complete() first.";
    }
}
