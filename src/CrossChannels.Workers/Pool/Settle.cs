namespace CrossChannels.Workers.Pool;

/// <summary>Ends a caller's task.</summary>
internal static class Settle
{
    public static void With<T>(TaskCompletionSource<T> task, Exception? reason, T result)
    {
        if (reason is null)
            task.SetResult(result);
        else if (reason is OperationCanceledException canceled)
            task.SetCanceled(canceled.CancellationToken);
        else
            task.SetException(reason);
    }
}
