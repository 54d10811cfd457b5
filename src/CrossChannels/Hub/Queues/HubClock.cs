using System.Diagnostics;

namespace CrossChannels.Hub;

/// <summary>Milliseconds of a hub's clock. A clock of the user's is read outside every lock, and its last reading stands under them.</summary>
internal sealed class HubClock(TimeProvider provider)
{
    private readonly bool _isSystem = ReferenceEquals(provider, TimeProvider.System);
    private long _last;

    public TimeProvider Provider => provider;

    /// <summary>Milliseconds; of a user's clock as of the last <see cref="Refresh"/>.</summary>
    public long Now => _isSystem ? (long)Stopwatch.GetElapsedTime(0).TotalMilliseconds : Volatile.Read(ref _last);

    /// <summary>Reads a clock of the user's. Called before a lock is taken, never under it.</summary>
    public void Refresh()
    {
        if (!_isSystem)
            Read();
    }

    /// <summary>When a time from now is up; <see cref="long.MaxValue"/> for an infinite one.</summary>
    public long After(TimeSpan timeout) => timeout == Timeout.InfiniteTimeSpan ? long.MaxValue : Now + (long)timeout.TotalMilliseconds;

    private void Read()
    {
        long now = (long)provider.GetElapsedTime(0, provider.GetTimestamp()).TotalMilliseconds;
        // Of two threads that read at once the later reading stands.
        for (long last = Volatile.Read(ref _last); now > last;)
        {
            long seen = Interlocked.CompareExchange(ref _last, now, last);
            if (seen == last)
                return;
            last = seen;
        }
    }
}
