using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace CrossChannels.Testing;

/// <summary>Keeps what is logged.</summary>
internal sealed class LogList : ILogger
{
    private readonly ConcurrentQueue<(string Event, Exception? Error)> _entries = new();

    /// <summary>The exceptions that were logged, in order.</summary>
    public IEnumerable<Exception> Errors => _entries.Select(static entry => entry.Error).OfType<Exception>();

    public int Count(string eventName) => _entries.Count(entry => string.Equals(entry.Event, eventName, StringComparison.Ordinal));

    public Exception? ErrorOf(string eventName) => _entries.First(entry => string.Equals(entry.Event, eventName, StringComparison.Ordinal)).Error;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _entries.Enqueue((eventId.Name ?? "", exception));
}
