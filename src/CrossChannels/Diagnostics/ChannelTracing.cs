using System.Diagnostics;
using System.Reflection;

namespace CrossChannels.Diagnostics;

/// <summary>The activity source <c>CrossChannels</c>: a span for each write to a shared channel, whose context goes with the item to the reader's lease.</summary>
/// <remarks>While nobody listens, a write costs one look at the source, and allocates nothing.</remarks>
internal static class ChannelTracing
{
    public const string Name = "CrossChannels";

    private static readonly ActivitySource s_source = new(Name, Version);

    public static string? Version => typeof(ChannelTracing).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0];

    /// <summary>Somebody listens.</summary>
    public static bool IsOn => s_source.HasListeners();

    /// <summary>The trace that this call belongs to; default while nobody listens, or if it belongs to none.</summary>
    public static ActivityContext Current => IsOn && Activity.Current is { IdFormat: ActivityIdFormat.W3C } current ? current.Context : default;

    /// <summary>Removes the source from the process, which would keep this assembly loaded.</summary>
    public static void Stop() => s_source.Dispose();

    /// <summary>Begins the span of a write. What a listener throws ends here.</summary>
    public static Activity? StartSend(ChannelAddress channel)
    {
        try
        {
            string name = channel.ToString();
            Activity? activity = s_source.StartActivity($"send {name}", ActivityKind.Producer);
            if (activity is { IsAllDataRequested: true })
            {
                activity.SetTag("messaging.system", "crosschannels");
                activity.SetTag("messaging.operation.type", "send");
                activity.SetTag("messaging.operation.name", "send");
                activity.SetTag("messaging.destination.name", name);
            }
            return activity;
        }
        catch (Exception)
        {
            return null;
        }
    }

    /// <summary>Ends the span of a write.</summary>
    /// <param name="activity">The span.</param>
    /// <param name="isAccepted">A write that found no room was none, and is not shown.</param>
    /// <param name="error">What it failed with.</param>
    public static void EndSend(Activity activity, bool isAccepted, Exception? error)
    {
        try
        {
            if (error is not null)
            {
                activity.SetTag("error.type", error.GetType().FullName);
                activity.SetStatus(ActivityStatusCode.Error, PeerText.MessageOf(error));
            }
            else if (!isAccepted)
            {
                activity.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
                activity.IsAllDataRequested = false;
            }
            activity.Dispose();
        }
        catch (Exception)
        {
            // A listener failed; the write stands.
        }
    }
}

/// <summary>The trace that an item belongs to.</summary>
internal sealed record ItemTrace(ActivityContext Context)
{
    /// <summary>Null for no trace.</summary>
    public static ItemTrace? Of(in ActivityContext context) => context == default ? null : new ItemTrace(context);
}
