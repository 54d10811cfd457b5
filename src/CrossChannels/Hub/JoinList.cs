namespace CrossChannels.Hub;

/// <summary>Who waits until every item up to a number is processed. Guarded by the channel's lock.</summary>
internal sealed class JoinList
{
    private readonly PriorityQueue<Action<Exception?>, long> _joins = new();

    public bool IsEmpty => _joins.Count == 0;

    public int Count => _joins.Count;

    /// <param name="sequence">Items with lower numbers count.</param>
    /// <param name="done">Called outside the lock, with an error if it will never be.</param>
    public void Add(long sequence, Action<Exception?> done) => _joins.Enqueue(done, sequence);

    /// <summary>Nobody waits any more.</summary>
    /// <returns>False if it was called back already.</returns>
    public bool Remove(Action<Exception?> done) => _joins.Remove(done, out _, out _);

    /// <summary>Every item below this number is processed.</summary>
    public void Advance(long lowestUnprocessed, ref HubAfterLock duties)
    {
        while (_joins.TryPeek(out Action<Exception?>? done, out long sequence) && sequence <= lowestUnprocessed)
        {
            _joins.Dequeue();
            duties.Do(() => done(null));
        }
    }

    public void Fail(Exception error, ref HubAfterLock duties)
    {
        while (_joins.TryDequeue(out Action<Exception?>? done, out _))
            duties.Do(() => done(error));
    }
}
