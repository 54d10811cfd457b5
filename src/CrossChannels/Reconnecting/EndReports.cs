using CrossChannels.Diagnostics;
using Microsoft.Extensions.Logging;

namespace CrossChannels.Reconnecting;

/// <summary>Tells the log, the metrics and the program that an end has lost its hub, has found it again, or has given up. Called under no lock.</summary>
internal sealed class EndReports(ChannelAddress address, MetricTags tags, ReconnectOptions options, ILogger? logger)
{
    /// <remarks>Its link has logged it.</remarks>
    public void Lost(Ending ending) => Tell(options.Lost, ending);

    public void Reconnected(Reconnection reconnection)
    {
        ChannelMetrics.Reconnected(tags);
        Log.Reconnected(logger, address.ToString(), reconnection.Downtime.TotalSeconds, reconnection.Lost.UnreceivedCount);
        Tell(options.Reconnected, reconnection);
    }

    public void GivenUp(Exception error) => Log.NotReconnected(logger, address.ToString(), error);

    private static void Tell<T>(Action<T>? callback, T what)
    {
        try
        {
            callback?.Invoke(what);
        }
        catch (Exception)
        {
            // It is the program's, and the end has to come back all the same.
        }
    }
}
