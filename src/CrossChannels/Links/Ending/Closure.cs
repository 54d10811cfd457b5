using System.Threading.Channels;

namespace CrossChannels.Links;

/// <summary>Why one direction is over, and what that means for each kind of call, as the built-in channels do it.</summary>
/// <param name="ending">How it ended.</param>
/// <param name="error">With what; null for a clean end.</param>
/// <param name="isExit">This process exits: its own calls neither fail nor return, because its threads are about to be gone, and one that throws takes the process down.</param>
internal sealed class Closure(Ending ending, Exception? error, bool isExit = false)
{
    /// <summary>Of a half of a link whose place a lane has taken: nobody is let in there any more.</summary>
    public static Closure HandedOver { get; } = new(new Ending(EndingKind.Completed), new InvalidOperationException("A lane has taken the place of this half of the link."));

    public Ending Ending => ending;

    /// <summary>As the end shows it of which this is one half: between the closing of that half and the setting of the lane nothing is over.</summary>
    public Closure? UnlessHandedOver => ReferenceEquals(this, HandedOver) ? null : this;

    /// <summary>Which channel it is, for messages; empty where that is not known.</summary>
    public string Where { get; init; } = "";

    /// <summary>This process exits: calls that wait go on waiting.</summary>
    public bool IsExit => isExit;

    /// <summary>The error that the direction ended with; null for a clean end.</summary>
    public Exception? Error => error;

    /// <summary>The same in a process that exits, if it does.</summary>
    public Closure AtExit(bool isExiting) => isExiting && !isExit ? new Closure(ending, error, isExit: true) { Where = Where } : this;

    /// <summary>What a read or a write throws.</summary>
    public Exception ForItem() => error switch
    {
        OperationCanceledException or EndMovedException => error,
        null => new ChannelClosedException(
            $"The channel{At} has been closed: {(ending.Kind == EndingKind.WriterLeft ? "this writer was closed or disposed" : "Complete() was called on it, here or elsewhere")}."),
        _ => Closed(error, At),
    };

    /// <summary>What a call throws on a channel that ended with an error: its message says with which.</summary>
    public static ChannelClosedException Closed(Exception error, string at = "") => new($"The channel{at} has been closed: {PeerText.MessageOf(error)}", error);

    /// <summary>A read that has nothing to wait for: canceled, not failed, where the channel was completed with a cancellation.</summary>
    public ValueTask<T> FailReadAsync<T>() => isExit ? NeverAsync<T>() : error is OperationCanceledException canceled
        ? ValueTask.FromCanceled<T>(canceled.CancellationToken.IsCancellationRequested ? canceled.CancellationToken : new CancellationToken(true))
        : ValueTask.FromException<T>(ForItem());

    /// <summary>A write that has nothing to wait for.</summary>
    public ValueTask FailWriteAsync() => isExit ? new ValueTask(new TaskCompletionSource().Task) : ValueTask.FromException(ForItem());

    /// <summary>A wait for an item, or for room, that will not come.</summary>
    public ValueTask<bool> EndWaitAsync() =>
        isExit ? NeverAsync<bool>() : error is null ? new ValueTask<bool>(false) : ValueTask.FromException<bool>(error);

    /// <exception cref="InvalidOperationException">The end was given to another process.</exception>
    public void ThrowIfMoved()
    {
        if (error is EndMovedException)
            throw error;
    }

    /// <summary>What a flush or a join throws.</summary>
    public Exception ForCount() => error ?? ForItem();

    private string At => Where.Length == 0 ? "" : $" {Where}";

    private static ValueTask<T> NeverAsync<T>() => new(new TaskCompletionSource<T>().Task);
}
