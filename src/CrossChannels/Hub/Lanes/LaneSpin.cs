using System.Diagnostics;
using System.Runtime.CompilerServices;
using CrossChannels.SharedMemory;
using CrossChannels.Threading;

namespace CrossChannels.Hub;

/// <summary>How the owner's reads wait for the writers of lanes on their own thread: for as long as the last waits have shown that it pays.</summary>
/// <param name="sync">The channel's lock.</param>
/// <param name="lanes">The channel's.</param>
internal sealed class LaneSpin(RankedLock sync, HubWriterLanes lanes)
{
    private const int MostLanes = 4;
    private const int LooksPerTime = 8;

    private SpinWindow _window;

    /// <summary>The owner waits for a doorbell. Called with the channel's lock held.</summary>
    public void Parked()
    {
        sync.AssertHeld();
        _window.Parked();
    }

    /// <summary>A writer has rung. Called with the channel's lock held.</summary>
    public void Rung()
    {
        sync.AssertHeld();
        _window.Rung();
    }

    /// <summary>Waits on this thread until one of the writers has published something.</summary>
    /// <returns>False if it does not pay, or none did in time.</returns>
    public bool TryFindNews()
    {
        Lanes entered = default;
        Span<IHubWriterLane?> active = entered;
        long ticks;
        using (sync.Enter())
        {
            ticks = _window.Ticks;
            active = ticks == 0 ? default : active[..lanes.EnterActive(active)];
        }
        if (active.IsEmpty)
            return false;
        bool hasNews = false;
        long started = Stopwatch.GetTimestamp(), waited = 0;
        for (int looks = 1; !hasNews && waited < ticks; looks++)
        {
            foreach (IHubWriterLane? lane in active)
                hasNews |= lane!.HasNews;
            SpinWindow.Pause(waited);
            // Asking for the time takes longer than a look.
            if (hasNews || looks % LooksPerTime == 0)
                waited = Stopwatch.GetTimestamp() - started;
        }
        foreach (IHubWriterLane? lane in active)
            lane!.Leave();
        if (!hasNews)
            return false;
        using (sync.Enter())
            _window.Waited(waited);
        return true;
    }

    [InlineArray(MostLanes)]
    private struct Lanes
    {
        private IHubWriterLane? _first;
    }
}
