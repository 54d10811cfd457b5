using Microsoft.Extensions.Logging;

namespace CrossChannels.Tests.Injection;

/// <summary>A logger that hands on what is logged, and then fails as planned.</summary>
internal sealed class FaultyLogger(FaultPlan plan, ILogger? inner) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => inner?.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        inner?.Log(logLevel, eventId, state, exception, formatter);
        plan.Call($"ILogger.Log of {eventId.Name}");
    }
}
