using CrossChannels.Serialization;

namespace CrossChannels.Transfer;

/// <summary>Opens an end in a worker whose parent gave it, by the code of the very type.</summary>
internal abstract class EndOpener : NamedMaker
{
    /// <exception cref="NotSupportedException">This program has no such class.</exception>
    public static EndOpener Named(string name) =>
        Find(name) as EndOpener ?? throw new NotSupportedException($"{name} cannot be opened in this worker, which is another program than its parent.");

    /// <summary>Begins to open an end; <see cref="Finish"/> waits for it.</summary>
    public abstract Task BeginAsync(TransferTicket ticket);

    /// <summary>Waits on this thread, which has nothing else to do: it is that of a worker's method, or of a task.</summary>
    public abstract IAsyncDisposable Finish(Task opening);
}
