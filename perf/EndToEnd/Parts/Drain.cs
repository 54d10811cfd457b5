namespace EndToEnd.Parts;

/// <summary>How the reader of a baseline in the same process tells its writer that a round's last item was read.</summary>
internal sealed class Drain
{
    private TaskCompletionSource _drained = New();

    /// <summary>Begins a round.</summary>
    public void Reset() => Volatile.Write(ref _drained, New());

    public Task WaitAsync() => _drained.Task;

    public void Signal() => Volatile.Read(ref _drained).SetResult();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
