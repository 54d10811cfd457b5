using CrossChannels.Hosting;

namespace OpenTelemetry.Trace;

/// <summary>CrossChannels in OpenTelemetry's traces.</summary>
public static class CrossChannelsTracerProviderBuilderExtensions
{
    /// <summary>Collects the spans of writes to shared channels, and of the work of leased workers. See docs/diagnostics.md.</summary>
    /// <param name="builder">The traces.</param>
    public static TracerProviderBuilder AddCrossChannelsInstrumentation(this TracerProviderBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddSource("CrossChannels", WorkerTracing.Name);
    }
}
