using CrossChannels.Hosting;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Health checks of hubs, ends and channels.</summary>
public static class CrossChannelsHealthChecksBuilderExtensions
{
    /// <summary>Checks that the hubs of this host run, and that the ends that it keeps open are open. Asks no other process; fit for readiness.</summary>
    /// <param name="builder">The health checks.</param>
    /// <param name="name">The name of the check.</param>
    /// <param name="failureStatus">What it reports otherwise. Default: unhealthy.</param>
    /// <param name="tags">For filters.</param>
    public static IHealthChecksBuilder AddCrossChannels(this IHealthChecksBuilder builder, string name = "crosschannels", HealthStatus? failureStatus = null, IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        CrossChannelsServiceCollectionExtensions.AddHost(builder.Services);
        return builder.Add(new HealthCheckRegistration(name, static services => new HostHealthCheck(services.GetRequiredService<ChannelHost>()), failureStatus, tags));
    }

    /// <summary>Asks the hub of a channel, in this process or another: whether it answers, and whether depth, waits and readers are as they should be.</summary>
    /// <param name="builder">The health checks.</param>
    /// <param name="name">The channel's name: that of its section in the configuration, and its address unless one is set. Of an end of this host, its address and security are taken.</param>
    /// <param name="configure">Sets what is expected. Default: only that the hub answers.</param>
    /// <param name="failureStatus">What it reports when the hub does not answer. Default: unhealthy.</param>
    /// <param name="tags">For filters.</param>
    public static IHealthChecksBuilder AddCrossChannel(
        this IHealthChecksBuilder builder, string name, Action<ChannelHealthOptions>? configure = null, HealthStatus? failureStatus = null, IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        CrossChannelsServiceCollectionExtensions.AddHost(builder.Services);
        var options = new ChannelHealthOptions();
        configure?.Invoke(options);
        return builder.Add(new HealthCheckRegistration($"crosschannels:{name}", services => Create(services, name, options), failureStatus, tags));
    }

    private static ChannelHealthCheck Create(IServiceProvider services, string name, ChannelHealthOptions options)
    {
        IHostedEnd? end = services.GetRequiredService<ChannelHost>().Ends.FirstOrDefault(end => string.Equals(end.Name, name, StringComparison.Ordinal));
        if (end is not null)
            return new ChannelHealthCheck(end.Address, end.Connection, options);
        var settings = new ChannelEndOptions();
        HostingContext context = services.GetRequiredService<HostingContext>();
        context.Configure(name, settings);
        context.Complete(name, settings);
        return new ChannelHealthCheck(settings.Address!, settings.Connection, options);
    }
}
