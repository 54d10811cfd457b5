namespace CrossChannels;

/// <summary>Reads a leased channel: items that are to be settled one by one.</summary>
/// <typeparam name="T">The item type.</typeparam>
public abstract class LeasedReader<T> : CrossChannelReader<Lease<T>>
{
    private protected LeasedReader()
    {
    }

    /// <summary>Completes the oldest open lease of this reader, as <c>JoinableQueue.task_done()</c> does; for ported code.</summary>
    /// <exception cref="InvalidOperationException">It was called more often than items were taken.</exception>
    public abstract void TaskDone();
}
