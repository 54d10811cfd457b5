using CrossChannels.Diagnostics;

namespace CrossChannels.Hub;

/// <summary>The traces of those queued items that have one, a run of items an entry, in order. Guarded by the channel's lock.</summary>
internal sealed class ItemTraces
{
    private readonly Queue<(long First, int Count, ItemTrace Trace)> _runs = new(0);

    /// <summary>Items were appended; numbers only grow.</summary>
    public void Add(long first, int count, ItemTrace trace) => _runs.Enqueue((first, count, trace));

    /// <summary>Finds the trace of an item; those before it are gone from the queue.</summary>
    /// <param name="sequence">The item.</param>
    /// <param name="count">How many items from it on may be taken together; becomes how many of them have the same trace, or none.</param>
    public ItemTrace? At(long sequence, ref int count)
    {
        while (_runs.TryPeek(out (long First, int Count, ItemTrace Trace) run))
        {
            if (run.First > sequence)
            {
                count = (int)Math.Min(count, run.First - sequence);
                return null;
            }
            long left = run.First + run.Count - sequence;
            if (left > 0)
            {
                count = (int)Math.Min(count, left);
                return run.Trace;
            }
            _runs.Dequeue();
        }
        return null;
    }

    public void Clear() => _runs.Clear();
}
