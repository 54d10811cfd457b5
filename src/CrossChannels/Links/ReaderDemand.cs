namespace CrossChannels.Links;

/// <summary>When a reader grants credit.</summary>
internal enum ReaderDemand
{
    /// <summary>The whole capacity, from the start: the reader holds the items.</summary>
    Capacity,

    /// <summary>What it reads ahead: a hub holds the items, for other readers too.</summary>
    Ahead,

    /// <summary>One item a waiting caller: a hub chooses the next item when it is asked for.</summary>
    Waiting,
}
