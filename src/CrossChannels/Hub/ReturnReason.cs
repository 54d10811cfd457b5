namespace CrossChannels.Hub;

/// <summary>What is known of an item that comes back to its channel.</summary>
internal enum ReturnReason
{
    /// <summary>No program has seen it.</summary>
    NotHanded,

    /// <summary>The reader is lost, and had not told that it handed the item to its program: it counts as a delivery, and not against the limit.</summary>
    InDoubt,

    /// <summary>It was handed to a program that did not settle it.</summary>
    Handed,
}
