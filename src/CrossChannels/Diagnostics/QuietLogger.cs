using Microsoft.Extensions.Logging;

namespace CrossChannels.Diagnostics;

/// <summary>The program's logger, without what it throws: a link must come to its end, and a hub go on, all the same.</summary>
internal sealed class QuietLogger(ILogger logger) : ILogger
{
    /// <remarks>Nothing here opens a scope.</remarks>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel)
    {
        try
        {
            return logger.IsEnabled(logLevel);
        }
        catch (Exception)
        {
            return false;
        }
    }

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        try
        {
            logger.Log(logLevel, eventId, state, exception, formatter);
        }
        catch (Exception)
        {
            // Where would it be told?
        }
    }
}
