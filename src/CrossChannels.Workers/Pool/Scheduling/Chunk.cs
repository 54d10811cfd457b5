namespace CrossChannels.Workers.Pool;

/// <summary>Tasks of one call that go to a worker together.</summary>
/// <param name="call">Whose tasks.</param>
/// <param name="first">Number of the first task within the call.</param>
/// <param name="count">How many.</param>
/// <param name="attempts">How many workers were lost with it.</param>
/// <param name="isSuspect">True if one was lost with it, or with what was before it: it is given to a worker that has nothing else.</param>
internal sealed class Chunk(PoolCall call, int first, int count, int attempts = 0, bool isSuspect = false)
{
    public PoolCall Call => call;

    /// <summary>Number of the first task without a result.</summary>
    public int Next { get; private set; } = first;

    /// <summary>How many tasks have no result.</summary>
    public int Left { get; private set; } = count;

    /// <summary>How many tasks of it have a result.</summary>
    public int Done { get; private set; }

    public int Attempts => attempts;

    public bool IsSuspect => isSuspect;

    /// <summary>Of this attempt.</summary>
    public int Id { get; set; }

    public void Advance(int count)
    {
        Next += count;
        Left -= count;
        Done += count;
    }

    /// <summary>Keeps so many tasks; returns the others as a chunk of their own.</summary>
    public Chunk CutTo(int count)
    {
        var rest = new Chunk(call, Next + count, Left - count, attempts, isSuspect);
        Left = count;
        return rest;
    }

    /// <summary>The same tasks, for another attempt.</summary>
    public Chunk Again() => new(call, Next, Left, attempts);

    /// <summary>What has no result, one task a chunk, so that one that kills its worker is found.</summary>
    public IEnumerable<Chunk> Split(int attempts)
    {
        for (int i = 0; i < Left; i++)
            yield return new Chunk(call, Next + i, 1, attempts, isSuspect: true);
    }
}
