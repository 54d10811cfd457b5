namespace CrossChannels.Hub;

/// <summary>What is known of an item that comes back to its channel.</summary>
internal enum ReturnReason
{
    /// <summary>No program has seen it.</summary>
    NotHanded,

    /// <summary>The reader is lost, and had not told that it handed the item to its program: it counts as a delivery, and not against the limit.</summary>
    InDoubt,

    /// <summary>The reader is lost, and its program had this item and others: it counts as a delivery, and is delivered alone from now on.</summary>
    Suspect,

    /// <summary>The reader is lost, and its program had this item alone.</summary>
    Failed,

    /// <summary>A program gave it back, or closed its reader without having settled it.</summary>
    Abandoned,

    /// <summary>The reader could not deserialize it.</summary>
    Unreadable,
}
