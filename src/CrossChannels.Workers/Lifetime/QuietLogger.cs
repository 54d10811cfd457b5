using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace CrossChannels.Workers.Lifetime;

/// <summary>The program's logger, without what it throws: a worker must be killed, and a call come to its end, all the same.</summary>
[SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A logger may throw anything.")]
internal sealed class QuietLogger : ILogger
{
    private readonly ILogger _logger;

    private QuietLogger(ILogger logger) => _logger = logger;

    /// <summary>Nothing where there is none.</summary>
    [return: NotNullIfNotNull(nameof(logger))]
    public static QuietLogger? Over(ILogger? logger) => logger is null ? null : new QuietLogger(logger);

    /// <remarks>Nothing here opens a scope.</remarks>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel)
    {
        try
        {
            return _logger.IsEnabled(logLevel);
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
            _logger.Log(logLevel, eventId, state, exception, formatter);
        }
        catch (Exception)
        {
            // Where would it be told?
        }
    }
}
