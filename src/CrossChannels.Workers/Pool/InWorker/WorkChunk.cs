using System.Diagnostics.CodeAnalysis;
using CrossChannels.Workers.Messages;
using CrossChannels.Workers.Methods;

namespace CrossChannels.Workers.Pool;

/// <summary>A chunk of tasks in a worker.</summary>
/// <param name="id">Of this attempt.</param>
/// <param name="callId">Of its call.</param>
/// <param name="count">How many tasks.</param>
/// <param name="runner">Runs its method.</param>
/// <param name="refusal">Why its method cannot be run here.</param>
/// <param name="arguments">Of its tasks, one after the other.</param>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable",
    Justification = "It has no timer, so that it holds nothing.")]
internal sealed class WorkChunk(int id, int callId, int count, MethodRunner? runner, Exception? refusal, MessageReader arguments)
{
    private volatile bool _isCanceled;

    // Ends that were opened for its tasks, which have them until they are over.
    private List<IAsyncDisposable>? _ends;

    public int Id => id;

    public int CallId => callId;

    public int Count => count;

    public bool IsCanceled => _isCanceled;

    /// <summary>Of its tasks.</summary>
    public CancellationTokenSource Cancellation { get; } = new();

    /// <summary>Runs the next task, and writes its result.</summary>
    public ValueTask RunNextAsync(MessageWriter result) =>
        refusal is null ? runner!.RunAsync(arguments, result, ref _ends) : ValueTask.FromException(refusal);

    /// <summary>
    /// Closes the ends that were opened: what a task wrote is received, and others see that it has left, as when a process ends.
    /// </summary>
    public async ValueTask CloseEndsAsync()
    {
        foreach (IAsyncDisposable end in _ends ?? [])
            await end.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Tells the running task, without waiting for what it does about it.</summary>
    public void Cancel()
    {
        _isCanceled = true;
        _ = Cancellation.CancelAsync();
    }
}
