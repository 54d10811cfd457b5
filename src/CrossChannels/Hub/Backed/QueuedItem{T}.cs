namespace CrossChannels.Hub;

/// <summary>An item in an owner's channel.</summary>
/// <param name="Item">The item, a copy of the writer's.</param>
/// <param name="Epoch">By what it is counted out.</param>
/// <param name="Error">Why there is no item: it came, and could not be deserialized. Whoever reads it gets that.</param>
/// <param name="Number">In which order it was first given to a remote reader, from 1; 0 before that.</param>
internal readonly record struct QueuedItem<T>(T Item, JoinCounter.Epoch Epoch, ItemUnreadableException? Error = null, long Number = 0)
{
    /// <exception cref="ItemUnreadableException">There is no item.</exception>
    public T Value => Error is null ? Item : throw new ItemUnreadableException(Error.Message, Error.InnerException);
}
