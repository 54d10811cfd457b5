using System.Diagnostics;
using CrossChannels.Threading;

namespace CrossChannels.Hub;

/// <summary>Moves items from the lanes of a channel's writers to its queue for remote readers, on a thread of the pool, for as long as some come; then parks the lanes.</summary>
/// <param name="sync">The channel's lock.</param>
/// <param name="clock">The channel's.</param>
/// <param name="lanes">What it looks at.</param>
/// <param name="bytes">While these are full nothing is moved, so that it does not look.</param>
/// <param name="events">Does what follows.</param>
internal sealed class LanePump(RankedLock sync, HubClock clock, HubWriterLanes lanes, ChannelBytes bytes, IQueueEvents events) : IThreadPoolWorkItem
{
    /// <summary>After so many rounds others of the pool have their turn.</summary>
    private const int MostRounds = 256;

    // A writer that is at work has published more within this time; parking and being rung takes as long.
    private static readonly long s_patience = Environment.ProcessorCount > 1 ? Stopwatch.Frequency / 40_000 : 0;

    private long _idleSince;

    /// <summary>It runs, or is about to. Guarded by the channel's lock.</summary>
    public bool IsRunning { get; private set; }

    /// <summary>Begins, unless it runs. Called with the channel's lock held.</summary>
    public void Start()
    {
        sync.AssertHeld();
        if (IsRunning)
            return;
        IsRunning = true;
        _idleSince = 0;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute()
    {
        for (int round = 0; round < MostRounds; round++)
        {
            if (!Pump(out bool hasMoved))
                return;
            if (!hasMoved)
                // Between a writer and a reader that are at work, on perhaps two cores.
                Thread.Yield();
        }
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <returns>Whether to go on.</returns>
    private bool Pump(out bool hasMoved)
    {
        HubAfterLock after = default;
        clock.Refresh();
        try
        {
            using (sync.Enter())
            {
                hasMoved = lanes.Collect(ref after);
                if (hasMoved)
                    _idleSince = 0;
                else if (_idleSince == 0)
                    _idleSince = Stopwatch.GetTimestamp();
                else if (Stopwatch.GetTimestamp() - _idleSince >= s_patience)
                    IsRunning = !lanes.TryPark() && !bytes.IsFull;
                return IsRunning;
            }
        }
        finally
        {
            events.Run(ref after);
        }
    }
}
