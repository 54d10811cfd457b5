namespace CrossChannels.Workers.Pool;

/// <summary>Measures the time that the task at work at one worker takes. The scheduler's lock guards it.</summary>
/// <param name="timeout">How long a task may take; infinite for no limit.</param>
/// <param name="expired">Called, without the lock, when it may have had its time; <see cref="HasExpired"/> tells.</param>
internal sealed class TaskClock(TimeSpan timeout, Action expired) : IDisposable
{
    // In ticks of Environment.TickCount64.
    private long _deadline = long.MaxValue;
    private Timer? _timer;

    /// <summary>A task begins.</summary>
    public void Start()
    {
        if (timeout == Timeout.InfiniteTimeSpan)
            return;
        _deadline = Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        _timer ??= new Timer(static state => ((Action)state!)(), expired, Timeout.Infinite, Timeout.Infinite);
        _timer.Change(timeout, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Nothing is at work.</summary>
    public void Stop()
    {
        _deadline = long.MaxValue;
        _timer?.Change(Timeout.Infinite, Timeout.Infinite);
    }

    /// <summary>False if the task at work has time left, because another one began meanwhile: then it calls again.</summary>
    public bool HasExpired()
    {
        if (_deadline == long.MaxValue)
            return false;
        long left = _deadline - Environment.TickCount64;
        if (left > 0)
            _timer!.Change(left, Timeout.Infinite);
        return left <= 0;
    }

    public void Dispose() => _timer?.Dispose();
}
