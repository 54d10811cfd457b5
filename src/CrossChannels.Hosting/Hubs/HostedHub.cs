using Microsoft.Extensions.Logging;

namespace CrossChannels.Hosting;

/// <summary>A hub that lives as long as its host.</summary>
internal sealed class HostedHub(string name, ChannelHubOptions options, HostingContext context)
{
    private readonly ILogger _logger = context.LoggerOf($"CrossChannels.Hub.{name}");
    private readonly Dictionary<string, object?> _objects = new(StringComparer.Ordinal);
    private ChannelHub? _hub;

    public string Name => name;

    public ChannelAddress Address => _hub?.Address ?? options.Address!;

    /// <summary>The running hub; null before it has started, and after it has stopped.</summary>
    public ChannelHub? Hub => Volatile.Read(ref _hub);

    /// <summary>The owner's object of a name.</summary>
    /// <exception cref="InvalidOperationException">The hub does not run.</exception>
    public object Get(string content) =>
        Hub is null || !_objects.TryGetValue(content, out object? made) || made is null
            ? throw new InvalidOperationException($"'{content}' of hub '{name}' is there once the host has started, and until it stops.")
            : made;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        ChannelHub hub = await ChannelHub.StartAsync(options.Address!, options.Hub, cancellationToken).ConfigureAwait(false);
        try
        {
            foreach (HubContent content in options.Contents)
                _objects[content.Name] = content.Create(hub);
        }
        catch
        {
            await hub.ShutDownAsync(TimeSpan.Zero).ConfigureAwait(false);
            throw;
        }
        Volatile.Write(ref _hub, hub);
        HostingLog.HubStarted(_logger, name, hub.Address);
    }

    /// <summary>Takes no more connections and no more items, and lets readers drain it for as long as its options and the host allow.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (Hub is not { } hub)
            return;
        HostingLog.HubStopping(_logger, name, options.Hub.DrainTimeout.TotalSeconds);
        try
        {
            long left = await hub.ShutDownAsync(options.Hub.DrainTimeout).WaitAsync(cancellationToken).ConfigureAwait(false);
            if (left == 0)
                HostingLog.HubDrained(_logger, name);
            else
                HostingLog.HubLeftItems(_logger, name, left);
        }
        catch (OperationCanceledException)
        {
            HostingLog.HubNotDrained(_logger, name);
        }
        finally
        {
            Volatile.Write(ref _hub, null);
        }
    }
}
