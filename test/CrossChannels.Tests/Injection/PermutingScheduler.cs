using CrossChannels.Links;

namespace CrossChannels.Tests.Injection;

/// <summary>Runs what links queue in an order of its own, by seed, and some of it late.</summary>
internal sealed class PermutingScheduler(int seed) : WorkScheduler
{
    private readonly Lock _sync = new();
    private readonly Random _random = new(seed);
    private readonly List<IThreadPoolWorkItem> _waiting = [];

    public override void Queue(IThreadPoolWorkItem work)
    {
        lock (_sync)
            _waiting.Add(work);
        base.Queue(new Turn(this));
    }

    private void RunOne(Turn turn)
    {
        IThreadPoolWorkItem work;
        lock (_sync)
        {
            if (!turn.WasPutOff && _random.Next(4) == 0)
            {
                turn.WasPutOff = true;
                base.Queue(turn);
                return;
            }
            int chosen = _random.Next(_waiting.Count);
            work = _waiting[chosen];
            _waiting.RemoveAt(chosen);
        }
        work.Execute();
    }

    /// <summary>One for each piece of work that waits, so that none is left.</summary>
    private sealed class Turn(PermutingScheduler scheduler) : IThreadPoolWorkItem
    {
        public bool WasPutOff { get; set; }

        public void Execute() => scheduler.RunOne(this);
    }
}
