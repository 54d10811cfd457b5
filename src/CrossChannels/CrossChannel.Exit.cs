using CrossChannels.Links;

namespace CrossChannels;

/// <content>The end of the process.</content>
public static partial class CrossChannel
{
    /// <summary>
    /// Raised when the process exits, before its links and hubs are closed, so that handlers may still use them. Handlers run in order, each to
    /// its end; the exit waits for them without a deadline.
    /// </summary>
    public static event EventHandler? ProcessExiting
    {
        add => LinkRegistry.Exiting += value;
        remove => LinkRegistry.Exiting -= value;
    }
}
