using CrossChannels.Threading;

namespace CrossChannels.Workers.Pool;

/// <summary>The chunks that a worker has: one at work, and those that wait behind it.</summary>
internal sealed class WorkQueue
{
    private readonly RankedLock _gate = new(LockRank.WorkQueue);

    // Under the gate.
    private readonly LinkedList<WorkChunk> _waiting = [];
    private WorkChunk? _current;
    private bool _isRunning;

    /// <summary>Adds a chunk; true if the caller is to begin taking chunks.</summary>
    public bool Add(WorkChunk chunk)
    {
        using (_gate.Enter())
        {
            _waiting.AddLast(chunk);
            if (_isRunning)
                return false;
            _isRunning = true;
            return true;
        }
    }

    /// <summary>The next chunk, which is at work from now on; <see langword="null"/> ends the taking.</summary>
    public WorkChunk? Take()
    {
        using (_gate.Enter())
        {
            _current = _waiting.First?.Value;
            if (_current is null)
                _isRunning = false;
            else
                _waiting.RemoveFirst();
            return _current;
        }
    }

    /// <summary>Gives back at most so many of those that wait, the newest first.</summary>
    public List<int> Recall(int most)
    {
        var recalled = new List<int>();
        using (_gate.Enter())
        {
            while (recalled.Count < most && _waiting.Last is { } last)
            {
                recalled.Add(last.Value.Id);
                _waiting.RemoveLast();
            }
        }
        return recalled;
    }

    public void Cancel(int callId)
    {
        using (_gate.Enter())
        {
            foreach (WorkChunk chunk in _waiting)
            {
                if (chunk.CallId == callId)
                    chunk.Cancel();
            }
            if (_current?.CallId == callId)
                _current.Cancel();
        }
    }
}
