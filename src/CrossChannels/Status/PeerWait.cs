namespace CrossChannels;

/// <summary>What an end waits for.</summary>
public enum PeerWait
{
    /// <summary>Nothing: it is at work, or idle.</summary>
    Nothing = 0,

    /// <summary>A writer: room for an item.</summary>
    Room = 1,

    /// <summary>A reader: an item.</summary>
    Item = 2,

    /// <summary>The lock.</summary>
    Lock = 3,
}
