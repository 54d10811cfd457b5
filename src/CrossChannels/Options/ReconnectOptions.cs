namespace CrossChannels;

/// <summary>How an end of a hub goes on when its hub was killed, restarted or cut off: it connects again, and calls wait meanwhile.</summary>
/// <remarks>
/// An end is over for good when its channel is completed, failed or aborted, when it is closed, and when <see cref="GiveUpAfter"/> has passed. What the hub held is gone with it;
/// <see cref="Reconnected"/>, and a reader's <see cref="CrossChannelReader{T}.GapCount"/>, say that items may be missing. Timeouts have the range of those of <see cref="ConnectionOptions"/>.
/// </remarks>
public sealed record ReconnectOptions
{
    /// <summary>
    /// How long after the loss the first attempt begins; the wait doubles from attempt to attempt, and goes on where it was if a hub is lost again soon. Default: 100 ms; at least 1 ms.
    /// </summary>
    public TimeSpan FirstDelay { get; init => field = OptionValue.Delay(value); } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest wait between two attempts, each of which takes up to <see cref="ConnectionOptions.ConnectTimeout"/>. Default: 5 s; at least 1 ms.</summary>
    public TimeSpan MaxDelay { get; init => field = OptionValue.Delay(value); } = TimeSpan.FromSeconds(5);

    /// <summary>How long a hub may be away before the end is over with <see cref="EndingKind.ConnectionLost"/>. Default: 1 minute.</summary>
    public TimeSpan GiveUpAfter { get; init => field = OptionValue.Timeout(value); } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Whether a writer sends what it had accepted, and the lost hub had not confirmed, to the next one, before anything else: an item may then be there twice. Default: false, the next
    /// <see cref="CrossChannelWriter{T}.FlushAsync"/> reports how many they were.
    /// </summary>
    /// <remarks>Items are kept until the hub has confirmed them, which costs memory, and do not cross by shared memory.</remarks>
    public bool ResendUnreceived { get; init; }

    /// <summary>
    /// Called when an end has lost its hub, with why; at a writer <see cref="Ending.UnreceivedCount"/> is an upper bound of the accepted items that the hub had not received. What it throws is
    /// dropped. Default: none.
    /// </summary>
    public Action<Ending>? Lost { get; init; }

    /// <summary>Called when an end has a hub again; calls go on there when it has returned. What it throws is dropped. Default: none.</summary>
    public Action<Reconnection>? Reconnected { get; init; }
}

/// <summary>An end that had lost its hub has one again.</summary>
/// <param name="Address">Where.</param>
/// <param name="Lost">Why the last connection was over, and at a writer how many accepted items the last hub had not received.</param>
/// <param name="Downtime">How long there was none.</param>
public sealed record Reconnection(ChannelAddress Address, Ending Lost, TimeSpan Downtime);
