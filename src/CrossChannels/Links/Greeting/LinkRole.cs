namespace CrossChannels.Links;

/// <summary>What a link is for; the values are the bytes of the hello.</summary>
internal enum LinkRole : byte
{
    /// <summary>Both ends are alike; there is no hub.</summary>
    Duplex = 0,

    /// <summary>The connecting end writes to a hub's channel.</summary>
    Writer = 1,

    /// <summary>The connecting end reads from a hub's channel.</summary>
    Reader = 2,

    /// <summary>As <see cref="Reader"/>, and settles each item.</summary>
    LeasedReader = 3,

    /// <summary>The connecting end acquires a hub's lock.</summary>
    Lock = 4,

    /// <summary>The connecting end asks how a hub, or one of its channels, is.</summary>
    Status = 5,
}
