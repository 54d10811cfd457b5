using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CrossChannels.Hosting;

/// <summary>What every hub, end and worker needs of its host.</summary>
internal sealed class HostingContext(IServiceProvider services)
{
    private readonly ILoggerFactory? _loggers = services.GetService<ILoggerFactory>();
    private readonly IConfiguration? _configuration = services.GetService<IConfiguration>();

    public IServiceProvider Services => services;

    /// <summary>Of what this process opens outside of its services; null in a host that logs nothing.</summary>
    public ILogger? DefaultLogger => _loggers is null ? null : LoggerOf("CrossChannels");

    /// <summary>The logger of a category, without what it throws.</summary>
    public ILogger LoggerOf(string category) =>
        _loggers is null ? Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance : new QuietLogger(_loggers.CreateLogger(category));

    /// <summary>Reads options from the configuration.</summary>
    public void Configure(string name, ChannelEndOptions options) => HostSettings.Read(_configuration, name, options);

    /// <inheritdoc cref="Configure(string, ChannelEndOptions)"/>
    public void Configure(string name, ChannelHubOptions options) => HostSettings.Read(_configuration, name, options);

    /// <summary>Checks options, and gives them the host's logger, so that no link is silent.</summary>
    public void Complete(string name, ChannelEndOptions options)
    {
        HostSettings.Complete(name, options);
        if (options.Connection.Logger is null)
            options.Connection = options.Connection with { Logger = LoggerOf($"CrossChannels.Link.{name}") };
    }

    /// <inheritdoc cref="Complete(string, ChannelEndOptions)"/>
    public void Complete(string name, ChannelHubOptions options)
    {
        HostSettings.Complete(name, options);
        if (options.Hub.Connection.Logger is null)
            options.Hub = options.Hub with { Connection = options.Hub.Connection with { Logger = LoggerOf($"CrossChannels.Hub.{name}") } };
    }

    /// <summary>A logger that throws must neither stop an end from coming back nor a worker from settling.</summary>
    private sealed class QuietLogger(ILogger logger) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => logger.BeginScope(state);

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
                // There is no place to report it.
            }
        }
    }
}
