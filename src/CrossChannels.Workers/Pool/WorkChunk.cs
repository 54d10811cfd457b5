using System.Diagnostics.CodeAnalysis;

namespace CrossChannels.Workers.Pool;

/// <summary>A chunk of tasks in a worker.</summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "It has no timer, so that it holds nothing.")]
internal sealed class WorkChunk(int id, int callId, int count, TaskRunner? runner, Exception? refusal, TaskReader arguments)
{
    private readonly CancellationTokenSource _cancellation = new();
    private volatile bool _isCanceled;

    public int Id => id;

    public int CallId => callId;

    public int Count => count;

    public TaskRunner? Runner => runner;

    /// <summary>Why its method cannot be run here.</summary>
    public Exception? Refusal => refusal;

    public TaskReader Arguments => arguments;

    public bool IsCanceled => _isCanceled;

    public CancellationToken Token => _cancellation.Token;

    /// <summary>Tells the running task, without waiting for what it does about it.</summary>
    public void Cancel()
    {
        _isCanceled = true;
        _ = _cancellation.CancelAsync();
    }
}
