using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;

namespace CrossChannels.Hub;

/// <summary>A read that the built-in channel keeps waiting; on its way out the item is counted as read.</summary>
/// <remarks>An async method would do, but its result could be taken twice, or, pooled, disturb another call then.</remarks>
internal sealed class PendingRead<T> : IValueTaskSource<T>
{
    private readonly BackedChannel<T> _channel;
    private readonly ConfiguredValueTaskAwaitable<QueuedItem<T>>.ConfiguredValueTaskAwaiter _read;
    private readonly SafeCancellation _cancellation;
    private readonly CancellationTokenRegistration _registration;
    private ManualResetValueTaskSourceCore<T> _core;

    public PendingRead(BackedChannel<T> channel, ValueTask<QueuedItem<T>> read, SafeCancellation cancellation)
    {
        _cancellation = cancellation;
        _registration = cancellation.Link();
        _channel = channel;
        _read = read.ConfigureAwait(false).GetAwaiter();
        Task = new ValueTask<T>(this, _core.Version);
        if (_read.IsCompleted)
            OnRead();
        else
            _read.UnsafeOnCompleted(OnRead);
    }

    public ValueTask<T> Task { get; }

    T IValueTaskSource<T>.GetResult(short token)
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

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private void OnRead()
    {
        _registration.Unregister();
        T item;
        try
        {
#pragma warning disable VSTHRD002 // It is done.
            item = _channel.Take(_read.GetResult());
#pragma warning restore VSTHRD002
        }
        catch (Exception e)
        {
            _core.SetException(_cancellation.Translate(e));
            return;
        }
        _core.SetResult(item);
    }
}
