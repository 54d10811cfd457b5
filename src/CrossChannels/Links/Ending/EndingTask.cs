namespace CrossChannels.Links;

/// <summary>A task that tells how a writing end ended; made when somebody asks for it.</summary>
internal struct EndingTask
{
    private TaskCompletionSource<Ending>? _source;

    /// <summary>The task.</summary>
    /// <param name="find">Finds the closure, if it is set; looked at only after there is a task that <see cref="Set"/> would find.</param>
    public Task<Ending> WaitAsync(Func<Closure?> find)
    {
        TaskCompletionSource<Ending> made = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource<Ending> source = Interlocked.CompareExchange(ref _source, made, null) ?? made;
        if (find() is { IsExit: false } closure)
            source.TrySetResult(closure.Ending);
        return source.Task;
    }

    /// <summary>The closure is set. A process that exits leaves its threads where they are.</summary>
    public void Set(Closure closure)
    {
        // Between setting the closure and looking whether somebody asks there is a barrier, as there is between asking and looking at the closure.
        if (!closure.IsExit)
            Interlocked.CompareExchange(ref _source, null, null)?.TrySetResult(closure.Ending);
    }
}
