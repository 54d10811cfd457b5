using CrossChannels.Diagnostics;

namespace CrossChannels.Reconnecting;

/// <summary>How one kind of end is opened, watched and closed.</summary>
/// <param name="Address">Where the hub is.</param>
/// <param name="Tags">Of the measurements of such an end.</param>
/// <param name="OpenAsync">Opens one.</param>
/// <param name="EndOf">A task that is done when an end is over, and does not refer to it.</param>
/// <param name="EndingOf">Why an end is over; null while it is not.</param>
/// <param name="CloseAsync">Closes a lost end, and tells how many accepted items its hub had not received; never throws.</param>
internal sealed record EndRecipe<TEnd>(
    ChannelAddress Address,
    MetricTags Tags,
    Func<CancellationToken, Task<TEnd>> OpenAsync,
    Func<TEnd, Task> EndOf,
    Func<TEnd, Ending?> EndingOf,
    Func<TEnd, Task<long>> CloseAsync)
{
    /// <summary>Called when an end that was opened is the one that is used.</summary>
    public Action<TEnd> Opened { get; init; } = static _ => { };

    /// <summary>Called once, when the end is over for good.</summary>
    public Action Over { get; init; } = static () => { };
}
