namespace CrossChannels.Hub;

/// <summary>Readers of a channel that its owner gave to other processes and that have not come yet. One that closes its channel at once would leave them nothing.</summary>
internal sealed class GivenReaders
{
    private readonly Lock _sync = new();
    private readonly LinkedList<object> _expected = new();
    private TaskCompletionSource? _none;

    /// <summary>One more is on its way.</summary>
    /// <returns>Says that it will not come; does nothing once one has come for it.</returns>
    public Action Expect()
    {
        var ticket = new object();
        lock (_sync)
            _expected.AddLast(ticket);
        return () => Forget(ticket);
    }

    /// <summary>A reader has come. Which of those on their way it is does not matter: they are only counted.</summary>
    public void Arrived()
    {
        object? first;
        lock (_sync)
            first = _expected.First?.Value;
        if (first is not null)
            Forget(first);
    }

    /// <summary>Waits until none is on its way.</summary>
    public Task WaitAsync()
    {
        lock (_sync)
        {
            return _expected.Count == 0
                ? Task.CompletedTask
                : (_none ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    private void Forget(object ticket)
    {
        TaskCompletionSource? none = null;
        lock (_sync)
        {
            if (_expected.Remove(ticket) && _expected.Count == 0)
                none = Interlocked.Exchange(ref _none, null);
        }
        none?.SetResult();
    }
}
