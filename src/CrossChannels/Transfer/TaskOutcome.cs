namespace CrossChannels.Transfer;

/// <summary>A token that is canceled when a task has ended, or another token is canceled.</summary>
internal sealed class TaskOutcome : IDisposable
{
    private readonly CancellationTokenSource _source;

    public TaskOutcome(Task task, CancellationToken other)
    {
        _source = CancellationTokenSource.CreateLinkedTokenSource(other);
        _ = CancelAfterAsync(task);
    }

    public CancellationToken Token => _source.Token;

    public void Dispose() => _source.Dispose();

    private async Task CancelAfterAsync(Task task)
    {
        await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            await _source.CancelAsync().ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            // Nobody looks any more.
        }
    }
}
