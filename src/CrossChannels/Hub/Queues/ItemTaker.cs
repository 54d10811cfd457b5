namespace CrossChannels.Hub;

/// <summary>One reader of a channel, here or remote, as far as that decides which of the items that came back it may have. Guarded by the channel's lock.</summary>
internal sealed class ItemTaker
{
    /// <summary>The highest number in the channel of all items that it has been given; -1 before the first.</summary>
    public long Highest { get; set; } = -1;

    /// <summary>It holds nothing that would share the blame if it died, so that it may have an item that may have killed another.</summary>
    public bool IsAlone { get; set; } = true;

    /// <summary>Whether it may have these items.</summary>
    public bool MayTake(in ItemBatch batch) =>
        !(batch.IsInOrder && Highest > batch.Sequence) && (!batch.IsSuspect || IsAlone) && batch.TakenFrom != this && batch.UnreadableTo?.Contains(this) != true;
}
