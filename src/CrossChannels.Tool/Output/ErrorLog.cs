using Microsoft.Extensions.Logging;

namespace CrossChannels.Tool.Output;

/// <summary>Writes what the library warns of to standard error: who was refused, who was cut off, what was left.</summary>
internal sealed class ErrorLog : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
            Console.Error.WriteLine($"hub: {formatter(state, exception)}");
    }
}
