using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Trace;

namespace CrossChannels.Hosting;

/// <summary>Starts hubs before everything else of the host, then opens the ends; stops after everything else, ends first, so that what is written at shutdown still gets through.</summary>
internal sealed class ChannelHost(IServiceProvider services, HostingContext context, IEnumerable<HostedPart> parts) : IHostedLifecycleService, IDisposable
{
    private readonly ILogger? _logger = context.DefaultLogger;
    private readonly List<HostedHub> _hubs = [];
    private readonly List<IHostedEnd> _ends = [];

    /// <summary>The hubs of this host.</summary>
    public IReadOnlyList<HostedHub> Hubs => _hubs;

    /// <summary>The ends that this host keeps open.</summary>
    public IReadOnlyList<IHostedEnd> Ends => _ends;

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        // What the program opens by itself logs to its host too.
        ConnectionOptions.DefaultLogger ??= _logger;
        foreach (HostedPart part in parts)
        {
            if (part.Hub is { } hub)
                _hubs.Add(services.GetRequiredKeyedService<HostedHub>(hub));
            if (part.End is { } end)
                _ends.Add(end(services));
        }
        try
        {
            foreach (HostedHub hub in _hubs)
                await hub.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            // A host that does not start is not stopped either.
            Dispose();
            throw;
        }
        // Whoever exports traces listens from here on, and not only when the host comes to it: an end that finds nobody listening may go a way on which traces stay behind.
        _ = services.GetService<TracerProvider>();
        // Opened in the background: a program starts, and says that it is not ready, while its hub is away.
        foreach (IHostedEnd end in _ends)
            end.Start();
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(_ends.Select(end => end.StopAsync(cancellationToken))).ConfigureAwait(false);
        await Task.WhenAll(_hubs.Select(hub => hub.StopAsync(cancellationToken))).ConfigureAwait(false);
        Dispose();
    }

    /// <summary>Takes the host's logger back, which would keep all that it refers to.</summary>
    public void Dispose()
    {
        if (_logger is not null && ReferenceEquals(ConnectionOptions.DefaultLogger, _logger))
            ConnectionOptions.DefaultLogger = null;
    }
}

/// <summary>Something that was registered: a hub's name, or how to get an end.</summary>
internal sealed record HostedPart(string? Hub, Func<IServiceProvider, IHostedEnd>? End);
