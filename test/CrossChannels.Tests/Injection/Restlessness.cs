using CrossChannels.Links;

namespace CrossChannels.Tests.Injection;

/// <summary>How the callers of one run wait, by seed: now and then one leaves its wait and comes back, as if it had been woken for nothing, and one that was woken is late.</summary>
/// <param name="seed">Of the run.</param>
/// <param name="keepsPlaces">The order in which callers began to wait for an item, or with one, is not changed.</param>
internal sealed class Restlessness(int seed, bool keepsPlaces)
{
    private const int MostTurnsLate = 4;

    private readonly Lock _sync = new();
    private readonly Random _random = new(seed);
    private readonly List<IRestlessWait> _waits = [];

    public bool KeepsPlaces => keepsPlaces;

    public void Add(IRestlessWait wait)
    {
        lock (_sync)
            _waits.Add(wait);
    }

    public void Remove(IRestlessWait wait)
    {
        lock (_sync)
            _waits.Remove(wait);
    }

    /// <summary>Something happens at one of the run's ends: one of those that wait at any of them may leave soon.</summary>
    public void Stir()
    {
        IRestlessWait? chosen = null;
        lock (_sync)
        {
            if (_waits.Count > 0 && _random.Next(3) == 0)
                chosen = _waits[_random.Next(_waits.Count)];
        }
        if (chosen is not null)
            WorkScheduler.Default.Queue(new Work(chosen.Leave));
    }

    public bool Draw(int oneIn)
    {
        lock (_sync)
            return _random.Next(oneIn) == 0;
    }

    /// <summary>The time that a caller takes until it notices that it was woken, or comes back.</summary>
    public async Task BeLateAsync()
    {
        int turns;
        lock (_sync)
            turns = _random.Next(3) == 0 ? _random.Next(1, MostTurnsLate) : 0;
        for (; turns > 0; turns--)
        {
            var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            WorkScheduler.Default.Queue(new Work(turn.SetResult));
            await turn.Task.ConfigureAwait(false);
        }
    }

    private sealed class Work(Action action) : IThreadPoolWorkItem
    {
        public void Execute() => action();
    }
}

/// <summary>A wait that can be left.</summary>
internal interface IRestlessWait
{
    /// <summary>Leaves it, for a while or for good.</summary>
    void Leave();
}
