namespace OpenTelemetry.Metrics;

/// <summary>CrossChannels in OpenTelemetry's metrics.</summary>
public static class CrossChannelsMeterProviderBuilderExtensions
{
    /// <summary>
    /// Collects what the meters <c>CrossChannels</c> and <c>CrossChannels.Workers</c> count in this process: items, bytes, links, hubs; workers, pools, tasks. See docs/diagnostics.md.
    /// </summary>
    /// <param name="builder">The metrics.</param>
    public static MeterProviderBuilder AddCrossChannelsInstrumentation(this MeterProviderBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddMeter("CrossChannels", "CrossChannels.Workers");
    }
}
