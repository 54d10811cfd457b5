using System.Threading.Tasks.Sources;
using CrossChannels.Threading;

namespace CrossChannels.Links;

/// <summary>A caller that waits: a pooled value-task source, queued under its owner's lock and completed outside it.</summary>
/// <remarks>Leaving the queue decides: whoever takes the waiter out, hand-over or cancellation, settles it. So neither loses an item.</remarks>
internal class Waiter(RankedLock sync, WaiterPool pool) : IValueTaskSource, IValueTaskSource<bool>
{
    private ManualResetValueTaskSourceCore<bool> _core;
    private CancellationTokenRegistration _registration;
    private Exception? _error;
    private bool _result;

    internal Waiter? Next { get; set; }

    internal Waiter? Previous { get; set; }

    /// <summary>The queue that holds this waiter; null as soon as somebody has decided its outcome.</summary>
    internal WaiterQueue? Queue { get; set; }

    internal short Version => _core.Version;

    /// <summary>Starts to watch the token. Called once, after the waiter was queued, outside the lock.</summary>
    internal void Watch(CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled)
            _registration = cancellationToken.UnsafeRegister(static (state, token) => ((Waiter)state!).Cancel(token), this);
    }

    /// <summary>Records the outcome of a waiter that has left its queue.</summary>
    internal void Decide(bool result, Exception? error = null)
    {
        _result = result;
        _error = error;
    }

    /// <summary>Wakes the caller with the recorded outcome.</summary>
    internal void Wake(bool inline)
    {
        _core.RunContinuationsAsynchronously = !inline;
        if (_error is { } error)
            _core.SetException(error);
        else
            _core.SetResult(_result);
    }

    void IValueTaskSource.GetResult(short token) => TakeResult(token);

    bool IValueTaskSource<bool>.GetResult(short token) => TakeResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    /// <summary>Takes the outcome and gives the waiter back to its pool.</summary>
    private protected bool TakeResult(short token)
    {
        if (_core.GetStatus(token) == ValueTaskSourceStatus.Pending)
            throw new InvalidOperationException("The result of a ValueTask was asked for before it was done.");
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            // Waits for a cancellation that is just running, so that it cannot reach the next use of this waiter.
            _registration.Dispose();
            _registration = default;
            _error = null;
            _core.Reset();
            Recycle();
        }
    }

    private protected virtual void Recycle() => pool.Return(this);

    private void Cancel(CancellationToken token)
    {
        using (sync.Enter())
        {
            if (Queue is not { } queue)
                return;
            queue.Remove(this);
            queue.Canceled?.Invoke();
        }
        Decide(false, new OperationCanceledException(token));
        Wake(inline: false);
    }
}
