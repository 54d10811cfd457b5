using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;

namespace CrossChannels.Hub;

/// <summary>A write that the built-in channel keeps waiting; if it fails, its item is counted out.</summary>
internal sealed class PendingWrite : IValueTaskSource
{
    private readonly ConfiguredValueTaskAwaitable.ConfiguredValueTaskAwaiter _write;
    private readonly JoinCounter _joins;
    private readonly JoinCounter.Epoch _epoch;
    private readonly SafeCancellation _cancellation;
    private readonly CancellationTokenRegistration _registration;
    private ManualResetValueTaskSourceCore<bool> _core;

    public PendingWrite(ValueTask write, JoinCounter joins, JoinCounter.Epoch epoch, SafeCancellation cancellation)
    {
        _cancellation = cancellation;
        _registration = cancellation.Link();
        _write = write.ConfigureAwait(false).GetAwaiter();
        _joins = joins;
        _epoch = epoch;
        Task = new ValueTask(this, _core.Version);
        if (_write.IsCompleted)
            OnWritten();
        else
            _write.UnsafeOnCompleted(OnWritten);
    }

    public ValueTask Task { get; }

    void IValueTaskSource.GetResult(short token)
    {
        try
        {
            _core.GetResult(token);
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

    private void OnWritten()
    {
        _registration.Unregister();
        try
        {
#pragma warning disable VSTHRD002 // It is done.
            _write.GetResult();
#pragma warning restore VSTHRD002
        }
        catch (Exception e)
        {
            _joins.Leave(_epoch);
            _core.SetException(_cancellation.Translate(e));
            return;
        }
        _core.SetResult(true);
    }
}
