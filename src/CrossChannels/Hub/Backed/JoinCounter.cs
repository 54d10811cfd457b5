using CrossChannels.Threading;

namespace CrossChannels.Hub;

/// <summary>Tells when every item that came up to a moment is done with, in whatever order they go.</summary>
/// <remarks>Items are counted by the epoch in which they came, and each join that finds items begins a new one: so an item costs no entry of its own.</remarks>
internal sealed class JoinCounter
{
    private readonly RankedLock _sync = new(LockRank.JoinCounter);
    private Epoch _oldest;
    private Epoch _newest;
    private Task _last = Task.CompletedTask;
    private Exception? _error;

    public JoinCounter() => _oldest = _newest = new Epoch();

    /// <summary>Somebody waits until what is here is done with.</summary>
    public bool IsAwaited { get { using (_sync.Enter()) return _oldest != _newest; } }

    /// <summary>An item comes.</summary>
    /// <returns>What it is to be counted out by.</returns>
    public Epoch Enter()
    {
        using (_sync.Enter())
        {
            _newest.Count++;
            return _newest;
        }
    }

    /// <summary>An item is read or dropped, or was not accepted.</summary>
    public void Leave(Epoch epoch)
    {
        using (_sync.Enter())
        {
            epoch.Count--;
            for (; _oldest is { Count: 0, Next: { } next }; _oldest = next)
                _oldest.Done.TrySetResult();
        }
    }

    /// <summary>Done when all items that are here are done with.</summary>
    public Task WhenDoneAsync()
    {
        using (_sync.Enter())
        {
            if (_error is not null)
                return Task.FromException(_error);
            if (_newest.Count > 0)
            {
                _last = _newest.Done.Task;
                _newest = _newest.Next = new Epoch();
            }
            return _last;
        }
    }

    /// <summary>What is here is thrown away: whoever waits for it, or will, fails.</summary>
    public void Fail(Exception error)
    {
        using (_sync.Enter())
        {
            if (_oldest.Count == 0)
                return;
            _error = error;
            for (Epoch epoch = _oldest; epoch.Next is { } next; epoch = next)
            {
                epoch.Done.TrySetException(error);
                _ = epoch.Done.Task.Exception;
            }
        }
    }

    /// <summary>Items that came between two joins. Guarded by its counter's lock.</summary>
    internal sealed class Epoch
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Count { get; set; }

        public Epoch? Next { get; set; }
    }
}
