using System.Runtime.CompilerServices;

namespace CrossChannels.Diagnostics;

/// <summary>A clock of the program, without what it throws: a clock that fails must neither break a link nor lose a deadline.</summary>
/// <remarks>While it throws, its time stands still; a timer that it cannot make, or change, is one of the system instead.</remarks>
internal sealed class GuardedTimeProvider : TimeProvider
{
    // One guard a clock, so that all that is kept per clock is kept once.
    private static readonly ConditionalWeakTable<TimeProvider, GuardedTimeProvider> s_guards = [];

    private readonly TimeProvider _clock;
    private long _lastTimestamp;

    private GuardedTimeProvider(TimeProvider clock)
    {
        _clock = clock;
        TimestampFrequency = clock.TimestampFrequency;
    }

    public override long TimestampFrequency { get; }

    public override TimeZoneInfo LocalTimeZone => _clock.LocalTimeZone;

    /// <summary>The clock itself if it is the system's, or guarded already.</summary>
    public static TimeProvider Over(TimeProvider clock) =>
        ReferenceEquals(clock, System) || clock is GuardedTimeProvider
            ? clock
            : s_guards.GetValue(clock, static clock => new GuardedTimeProvider(clock));

    public override long GetTimestamp()
    {
        try
        {
            long timestamp = _clock.GetTimestamp();
            Volatile.Write(ref _lastTimestamp, timestamp);
            return timestamp;
        }
        catch (Exception)
        {
            return Volatile.Read(ref _lastTimestamp);
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        try
        {
            return _clock.GetUtcNow();
        }
        catch (Exception)
        {
            return System.GetUtcNow();
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        try
        {
            return new GuardedTimer(_clock.CreateTimer(callback, state, dueTime, period), callback, state);
        }
        catch (Exception)
        {
            return System.CreateTimer(callback, state, dueTime, period);
        }
    }

    private sealed class GuardedTimer(ITimer timer, TimerCallback callback, object? state) : ITimer
    {
        private ITimer _timer = timer;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            try
            {
                return _timer.Change(dueTime, period);
            }
            catch (Exception)
            {
                ITimer failed = Interlocked.Exchange(ref _timer, System.CreateTimer(callback, state, dueTime, period));
                Dispose(failed);
                return true;
            }
        }

        public void Dispose() => Dispose(_timer);

        public async ValueTask DisposeAsync()
        {
            try
            {
                await _timer.DisposeAsync().ConfigureAwait(false);
            }
            catch (Exception)
            {
                // It has no more to do in either case.
            }
        }

        private static void Dispose(ITimer timer)
        {
            try
            {
                timer.Dispose();
            }
            catch (Exception)
            {
                // It has no more to do in either case.
            }
        }
    }
}
