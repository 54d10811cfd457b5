namespace CrossChannels;

/// <summary>Who completes a channel that several writers share.</summary>
public sealed class CompletionPolicy
{
    private CompletionPolicy(CompletionRule rule) => Rule = rule;

    /// <summary>The first <c>Complete()</c> that reaches the hub ends the channel, as in process. Items that other writers had accepted are still delivered. The default.</summary>
    public static CompletionPolicy AnyWriter { get; } = new(CompletionRule.AnyWriter);

    /// <summary>Only the owner completes the channel; a remote writer's <c>Complete()</c> ends that writer alone.</summary>
    public static CompletionPolicy Owner { get; } = new(CompletionRule.Owner);

    internal CompletionRule Rule { get; }

    /// <summary>How many writers there will be.</summary>
    internal int ExpectedWriters { get; private init; }

    internal TimeSpan ArrivalTimeout { get; private init; }

    internal WriterLossPolicy WriterLossPolicy { get; private init; }

    /// <summary>The channel ends when the expected number of writers have come and left.</summary>
    /// <param name="expectedWriters">How many remote writers will come, at least 1. The owner's own writer is not counted.</param>
    /// <param name="arrivalTimeout">How long after the channel was made the last of them may come. Default: no limit.</param>
    /// <param name="lostWriters">What it means if one was killed, left without <c>Complete()</c>, or never came. Default: <see cref="WriterLossPolicy.Fault"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 1, or the timeout is out of range.</exception>
    public static CompletionPolicy LastWriter(int expectedWriters, TimeSpan? arrivalTimeout = null, WriterLossPolicy lostWriters = WriterLossPolicy.Fault)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(expectedWriters, 1);
        return new CompletionPolicy(CompletionRule.LastWriter)
        {
            ExpectedWriters = expectedWriters,
            ArrivalTimeout = TimeoutRange.Check(arrivalTimeout ?? Timeout.InfiniteTimeSpan, nameof(arrivalTimeout)),
            WriterLossPolicy = lostWriters,
        };
    }

    /// <inheritdoc/>
    public override string ToString() => Rule == CompletionRule.LastWriter ? $"{Rule}({ExpectedWriters})" : Rule.ToString();
}

/// <summary>The kinds of <see cref="CompletionPolicy"/>.</summary>
internal enum CompletionRule
{
    AnyWriter,
    LastWriter,
    Owner,
}
