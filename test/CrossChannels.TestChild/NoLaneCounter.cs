using Microsoft.Extensions.Logging;

namespace CrossChannels.TestChild;

/// <summary>Counts how often the log says that items do not cross by shared memory.</summary>
internal sealed class NoLaneCounter : ILogger
{
    private int _count;

    public int Count => _count;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (string.Equals(eventId.Name, "NoLane", StringComparison.Ordinal))
            Interlocked.Increment(ref _count);
    }
}
