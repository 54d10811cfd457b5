using System.Diagnostics;

namespace CrossChannels.SharedMemory;

/// <summary>How an end of a link waits for the other end of its lane: one thread may spin, then it parks until it is rung.</summary>
/// <remarks>All but the spinning is guarded by the end's lock.</remarks>
internal struct LaneWait
{
    private SpinWindow _window;
    private long _parkings;
    private long _doorbells;
    private int _isSpinning;

    /// <summary>The other end has rung as often as it was asked to. May be asked without the lock.</summary>
    public bool IsRungInVain => _doorbells >= Volatile.Read(ref _parkings);

    /// <summary>The end is about to say that it parks.</summary>
    /// <remarks>Before it does, since the other may ring as soon as it sees the word, also where this end then finds what it waits for.</remarks>
    public void Announce() => Volatile.Write(ref _parkings, _parkings + 1);

    public void Parked() => _window.Parked();

    public void Rung()
    {
        _doorbells++;
        _window.Rung();
    }

    /// <summary>Begins to spin; <see cref="EndSpin"/> must follow.</summary>
    /// <param name="segment">Stays mapped meanwhile.</param>
    /// <param name="ticks">For how many ticks of <see cref="Stopwatch"/>.</param>
    /// <returns>False if it does not pay, another thread spins, or the lane was let go; the lock will tell which.</returns>
    public bool TryBeginSpin(SharedSegment segment, out long ticks)
    {
        ticks = _window.Ticks;
        if (ticks == 0 || Interlocked.Exchange(ref _isSpinning, 1) != 0)
            return false;
        bool isInside = false;
        try
        {
            segment.DangerousAddRef(ref isInside);
        }
        catch (ObjectDisposedException)
        {
            Volatile.Write(ref _isSpinning, 0);
        }
        return isInside;
    }

    /// <param name="segment">That of <see cref="TryBeginSpin"/>.</param>
    /// <param name="waited">For how many ticks; null if nothing came.</param>
    public void EndSpin(SharedSegment segment, long? waited)
    {
        if (waited is { } ticks)
            _window.Waited(ticks);
        segment.DangerousRelease();
        Volatile.Write(ref _isSpinning, 0);
    }
}
