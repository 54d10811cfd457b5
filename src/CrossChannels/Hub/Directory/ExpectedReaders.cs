using CrossChannels.Threading;

namespace CrossChannels.Hub;

/// <summary>Readers of a channel that its owner gave to other processes and that have not come yet. One that closes its channel at once would leave them nothing.</summary>
internal sealed class ExpectedReaders
{
    private readonly RankedLock _sync = new(LockRank.ExpectedReaders);
    private readonly LinkedList<object> _expected = new();
    private TaskCompletionSource? _none;

    /// <summary>One more is on its way.</summary>
    /// <returns>Says that it will not come; does nothing once one has come for it.</returns>
    public Action Expect()
    {
        var ticket = new object();
        using (_sync.Enter())
            _expected.AddLast(ticket);
        return () => Forget(ticket);
    }

    /// <summary>A reader has come. Which of those on their way it is does not matter: they are only counted.</summary>
    public void Arrived() => Forget(null);

    /// <summary>Waits until none is on its way.</summary>
    public Task WaitAsync()
    {
        using (_sync.Enter())
        {
            return _expected.Count == 0
                ? Task.CompletedTask
                : (_none ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <param name="ticket">What was given; null for the oldest that is on its way.</param>
    private void Forget(object? ticket)
    {
        TaskCompletionSource? none = null;
        using (_sync.Enter())
        {
            // Found and removed under one lock, so that two that come at once count as two.
            if ((ticket ?? _expected.First?.Value) is { } gone && _expected.Remove(gone) && _expected.Count == 0)
                (none, _none) = (_none, null);
        }
        none?.SetResult();
    }
}
