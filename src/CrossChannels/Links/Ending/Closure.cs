using System.Threading.Channels;

namespace CrossChannels.Links;

/// <summary>Why one direction is over, and what that means for each kind of call, as the built-in channels do it.</summary>
internal sealed class Closure(Ending ending, Exception? error)
{
    public Ending Ending => ending;

    /// <summary>The error that the direction ended with; null for a clean end.</summary>
    public Exception? Error => error;

    /// <summary>What a read or a write throws.</summary>
    public Exception ForItem() => error switch
    {
        OperationCanceledException or EndMovedException => error,
        null => new ChannelClosedException(),
        _ => new ChannelClosedException(error),
    };

    /// <summary>A read that has nothing to wait for: canceled, not failed, where the channel was completed with a cancellation.</summary>
    public ValueTask<T> FailReadAsync<T>() => error is OperationCanceledException canceled
        ? ValueTask.FromCanceled<T>(canceled.CancellationToken.IsCancellationRequested ? canceled.CancellationToken : new CancellationToken(true))
        : ValueTask.FromException<T>(ForItem());

    /// <exception cref="InvalidOperationException">The end was given to another process.</exception>
    public void ThrowIfMoved()
    {
        if (error is EndMovedException)
            throw error;
    }

    /// <summary>What a flush or a join throws.</summary>
    public Exception ForCount() => error ?? new ChannelClosedException();
}
