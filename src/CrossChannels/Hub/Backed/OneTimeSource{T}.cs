using System.Threading.Tasks.Sources;

namespace CrossChannels.Hub;

/// <summary>The result of a call that waits on a built-in channel, to be taken once.</summary>
/// <remarks>An async method would do, but its result could be taken twice, or, pooled, disturb another call then.</remarks>
internal abstract class OneTimeSource<T>(SafeCancellation cancellation) : IValueTaskSource<T>, IValueTaskSource
{
    private readonly CancellationTokenRegistration _registration = cancellation.Link();
    private ManualResetValueTaskSourceCore<T> _core;

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    public T GetResult(short token)
    {
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            if (token == _core.Version && _core.GetStatus(token) != ValueTaskSourceStatus.Pending)
                _core.Reset();
        }
    }

    void IValueTaskSource.GetResult(short token) => GetResult(token);

    private protected short Version => _core.Version;

    /// <summary>The built-in channel's call is done.</summary>
    private protected void OnDone()
    {
        _registration.Unregister();
        T result;
        try
        {
            result = Take();
        }
        catch (Exception e)
        {
            _core.SetException(cancellation.Translate(e));
            return;
        }
        _core.SetResult(result);
    }

    /// <summary>Takes the result of the built-in channel's call, or throws what that threw.</summary>
    private protected abstract T Take();
}
