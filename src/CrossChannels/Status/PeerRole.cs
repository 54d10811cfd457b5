namespace CrossChannels;

/// <summary>The role of an end of a channel or lock.</summary>
public enum PeerRole
{
    /// <summary>The process that owns the hub, through its own ends.</summary>
    Owner = 0,

    /// <summary>Writes to a channel.</summary>
    Writer = 1,

    /// <summary>Reads from a channel.</summary>
    Reader = 2,

    /// <summary>Reads from a leased channel.</summary>
    LeasedReader = 3,

    /// <summary>Acquires a lock.</summary>
    Lock = 4,
}
