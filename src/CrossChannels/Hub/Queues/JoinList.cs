using System.Diagnostics;

namespace CrossChannels.Hub;

/// <summary>Who waits until every item that was in a channel at a moment is processed. Guarded by the channel's lock.</summary>
/// <remarks>The numbers of the channel's items are cut into spans where somebody waits, and what is left of each is counted: so an item costs one step, in whatever order items go.</remarks>
internal sealed class JoinList
{
    private readonly List<Span> _spans = [];
    private long _left;

    /// <summary>Items up to the end, but not those of the span before, that are not processed, and who waits for all up to there.</summary>
    private sealed class Span(long end, long left)
    {
        public long End => end;

        public long Left { get; set; } = left;

        public List<Action<Exception?>> Waiters { get; } = new(1);
    }

    public bool IsEmpty => _spans.Count == 0;

    public int Count => _spans.Sum(static span => span.Waiters.Count);

    /// <param name="next">The number of the next item to come: items with lower numbers count.</param>
    /// <param name="unprocessed">How many of these are not processed.</param>
    /// <param name="done">Called outside the lock, with an error if it will never be.</param>
    /// <param name="after">Gets what follows.</param>
    public void Add(long next, long unprocessed, Action<Exception?> done, ref HubAfterLock after)
    {
        if (unprocessed == 0)
        {
            after.Do(() => done(null));
            return;
        }
        if (_spans.Count == 0 || _spans[^1].End != next)
        {
            _spans.Add(new Span(next, unprocessed - _left));
            _left = unprocessed;
        }
        _spans[^1].Waiters.Add(done);
        Advance(ref after);
    }

    /// <summary>It waits no more.</summary>
    /// <returns>False if it was called back already.</returns>
    public bool Remove(Action<Exception?> done)
    {
        if (!_spans.Exists(span => span.Waiters.Remove(done)))
            return false;
        if (_spans.TrueForAll(static span => span.Waiters.Count == 0))
            Clear();
        return true;
    }

    /// <summary>Items that stand together are processed.</summary>
    public void Processed(long first, long count, ref HubAfterLock after)
    {
        if (_spans.Count == 0)
            return;
        int at = 0, high = _spans.Count;
        while (at < high)
        {
            int middle = (at + high) / 2;
            if (_spans[middle].End > first)
                high = middle;
            else
                at = middle + 1;
        }
        for (; at < _spans.Count && count > 0; at++)
        {
            long within = Math.Min(count, _spans[at].End - first);
            _spans[at].Left -= within;
            Debug.Assert(_spans[at].Left >= 0, "An item is processed that was not counted when a join began.");
            _left -= within;
            first += within;
            count -= within;
        }
        Advance(ref after);
    }

    public void Fail(Exception error, ref HubAfterLock after)
    {
        foreach (Action<Exception?> done in _spans.SelectMany(static span => span.Waiters))
            after.Do(() => done(error));
        Clear();
    }

    private void Advance(ref HubAfterLock after)
    {
        int reached = 0;
        for (; reached < _spans.Count && _spans[reached].Left == 0; reached++)
        {
            foreach (Action<Exception?> done in _spans[reached].Waiters)
                after.Do(() => done(null));
        }
        _spans.RemoveRange(0, reached);
    }

    private void Clear()
    {
        _spans.Clear();
        _left = 0;
    }
}
