using CrossChannels.Threading;

namespace CrossChannels.Workers.Pool;

/// <summary>Calls that have something to run; each gives one chunk in its turn. The scheduler's lock guards it.</summary>
/// <param name="gate">The scheduler's lock.</param>
internal sealed class CallQueue(RankedLock gate)
{
    private readonly Queue<PoolCall> _calls = new();
    private int _chunkCount;

    /// <summary>Takes a call in, unless it is there or has nothing to run.</summary>
    public void Add(PoolCall call)
    {
        gate.AssertHeld();
        if (call.IsQueued || call.Pending == 0)
            return;
        call.IsQueued = true;
        _calls.Enqueue(call);
    }

    /// <summary>How many chunks wait, no more than so many of each call.</summary>
    public int Pending(int mostOfACall)
    {
        gate.AssertHeld();
        int pending = 0;
        foreach (PoolCall call in _calls)
            pending += Math.Min(call.Pending, mostOfACall);
        return pending;
    }

    /// <summary>Whether no other call waits, and this one does.</summary>
    public bool HasOnly(PoolCall call) => _calls.Count == 1 && _calls.Peek() == call;

    /// <summary>The next chunk, which is on its way to a worker from now on.</summary>
    /// <param name="most">How many tasks it may have.</param>
    /// <param name="toIdle">Whether the worker that gets it has nothing else.</param>
    public Chunk? Take(int most, bool toIdle)
    {
        gate.AssertHeld();
        for (int turns = _calls.Count; turns > 0; turns--)
        {
            PoolCall call = _calls.Dequeue();
            Chunk? chunk = call.Pending > 0 ? call.Take(most, toIdle) : null;
            if (call.Pending > 0)
                _calls.Enqueue(call);
            else
                call.IsQueued = false;
            if (chunk is null)
                continue;
            chunk.Id = ++_chunkCount;
            call.InFlight++;
            return chunk;
        }
        return null;
    }
}
