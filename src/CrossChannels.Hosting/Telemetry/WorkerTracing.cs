using System.Diagnostics;
using System.Reflection;

namespace CrossChannels.Hosting;

/// <summary>The activity source <c>CrossChannels.Hosting</c>: a span for each item that a leased worker works on, a child of the span that wrote it.</summary>
internal static class WorkerTracing
{
    public const string Name = "CrossChannels.Hosting";

    private static readonly ActivitySource s_source =
        new(Name, typeof(WorkerTracing).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]);

    /// <summary>Begins the span of the work on an item; null while nobody listens.</summary>
    public static Activity? StartProcess(LeaseContext context, ChannelAddress channel, ActivityContext writer)
    {
        Activity? activity = s_source.StartActivity($"process {channel}", ActivityKind.Consumer, writer);
        if (activity is { IsAllDataRequested: true })
        {
            activity.SetTag("messaging.system", "crosschannels");
            activity.SetTag("messaging.operation.type", "process");
            activity.SetTag("messaging.operation.name", "process");
            activity.SetTag("messaging.destination.name", channel.ToString());
            activity.SetTag("crosschannels.delivery_count", context.DeliveryCount);
        }
        return activity;
    }

    public static void Failed(Activity? activity, Exception error)
    {
        activity?.SetTag("error.type", error.GetType().FullName);
        activity?.SetStatus(ActivityStatusCode.Error, error.Message);
    }
}
