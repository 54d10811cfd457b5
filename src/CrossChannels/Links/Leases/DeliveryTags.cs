using System.Diagnostics;
using CrossChannels.Diagnostics;

namespace CrossChannels.Links;

/// <summary>The tags of queued items, a run of items that arrived together an entry. Guarded by its owner's lock.</summary>
internal sealed class DeliveryTags
{
    private readonly LinkedList<Run> _runs = new();

    private sealed class Run
    {
        public long First;
        public int Count;
        public int Deliveries;
        public ItemTrace? Trace;
    }

    public void Append(long first, int count, int deliveries, ItemTrace? trace)
    {
        if (_runs.Last?.Value is { } last && last.Deliveries == deliveries && ReferenceEquals(last.Trace, trace) && last.First + last.Count == first)
            last.Count += count;
        else
            _runs.AddLast(new Run { First = first, Count = count, Deliveries = deliveries, Trace = trace });
    }

    /// <summary>Takes the oldest.</summary>
    public DeliveryTag Take()
    {
        Run run = _runs.First!.Value;
        var tag = new DeliveryTag(run.First, run.Deliveries, run.Trace);
        run.First++;
        if (--run.Count == 0)
            _runs.RemoveFirst();
        return tag;
    }

    /// <summary>Drops the newest.</summary>
    public void Cut(int count)
    {
        while (count > 0)
        {
            Run run = _runs.Last!.Value;
            int cut = Math.Min(count, run.Count);
            run.Count -= cut;
            count -= cut;
            if (run.Count == 0)
                _runs.RemoveLast();
        }
    }

    public void Clear() => _runs.Clear();
}

/// <summary>Which delivery of an item this is.</summary>
/// <param name="Sequence">The item's number on its link, or in its hub's channel for the owner.</param>
/// <param name="Deliveries">How often it was delivered before.</param>
/// <param name="Trace">The trace that it belongs to; null for none.</param>
internal readonly record struct DeliveryTag(long Sequence, int Deliveries, ItemTrace? Trace = null)
{
    /// <summary>Default for no trace.</summary>
    public ActivityContext TraceContext => Trace?.Context ?? default;
}
