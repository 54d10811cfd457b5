using System.Threading.Channels;

namespace CrossChannels;

/// <summary>Timeouts for any channel, in process or across. <see cref="Timeout.InfiniteTimeSpan"/> waits without a limit, zero does not wait.</summary>
/// <remarks>An item, or room, that is available wins over the timeout. Every method throws <see cref="TimeoutException"/> when time is up.</remarks>
public static class ChannelTimeoutExtensions
{
    /// <summary>Reads an item, waiting at most <paramref name="timeout"/>; a read that timed out consumed nothing.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The timeout is negative and not infinite, or 25 days or more.</exception>
    public static ValueTask<T> ReadAsync<T>(this ChannelReader<T> reader, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reader);
        if (IsUnlimited(timeout, cancellationToken))
            return reader.ReadAsync(cancellationToken);
        try
        {
            return reader.TryRead(out T? item)
                ? new ValueTask<T>(item)
                : WaitAsync(reader, static (reader, token) => reader.ReadAsync(token), Nothing, timeout, cancellationToken);
        }
        catch (Exception e)
        {
            return ValueTask.FromException<T>(e);
        }
    }

    /// <summary>Waits for an item, at most <paramref name="timeout"/>.</summary>
    /// <returns>False when the channel is over and drained.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The timeout is negative and not infinite, or 25 days or more.</exception>
    public static ValueTask<bool> WaitToReadAsync<T>(this ChannelReader<T> reader, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reader);
        return IsUnlimited(timeout, cancellationToken)
            ? reader.WaitToReadAsync(cancellationToken)
            : WaitAsync(reader, static (reader, token) => reader.WaitToReadAsync(token), Nothing, timeout, cancellationToken);
    }

    /// <summary>Writes an item, waiting at most <paramref name="timeout"/> for room; an item that timed out never appears.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The timeout is negative and not infinite, or 25 days or more.</exception>
    public static ValueTask WriteAsync<T>(this ChannelWriter<T> writer, T item, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (IsUnlimited(timeout, cancellationToken))
            return writer.WriteAsync(item, cancellationToken);
        try
        {
            return writer.TryWrite(item) ? default : WaitForRoomAsync(writer, item, timeout, cancellationToken);
        }
        catch (Exception e)
        {
            return ValueTask.FromException(e);
        }

        static async ValueTask WaitForRoomAsync(ChannelWriter<T> writer, T item, TimeSpan timeout, CancellationToken cancellationToken) =>
            await WaitAsync(
                (writer, item), static (state, token) => WriteAsync(state.writer, state.item, token), static (state, timeout) => NoRoom(state.writer, timeout), timeout, cancellationToken)
                .ConfigureAwait(false);

        static async ValueTask<bool> WriteAsync(ChannelWriter<T> writer, T item, CancellationToken token)
        {
            await writer.WriteAsync(item, token).ConfigureAwait(false);
            return true;
        }
    }

    /// <summary>Waits for room, at most <paramref name="timeout"/>.</summary>
    /// <returns>False when the channel is over.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The timeout is negative and not infinite, or 25 days or more.</exception>
    public static ValueTask<bool> WaitToWriteAsync<T>(this ChannelWriter<T> writer, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(writer);
        return IsUnlimited(timeout, cancellationToken)
            ? writer.WaitToWriteAsync(cancellationToken)
            : WaitAsync(writer, static (writer, token) => writer.WaitToWriteAsync(token), NoRoom, timeout, cancellationToken);
    }

    /// <summary>Checks the timeout.</summary>
    /// <returns>Whether there is none, or the caller has already given up; the operation alone then decides.</returns>
    private static bool IsUnlimited(TimeSpan timeout, CancellationToken cancellationToken)
    {
        TimeoutRange.Check(timeout);
        return timeout == Timeout.InfiniteTimeSpan || cancellationToken.IsCancellationRequested;
    }

    /// <summary>Runs one operation with a token that is canceled with the caller's, or when time is up; time runs once the operation waits.</summary>
    private static async ValueTask<TResult> WaitAsync<TState, TResult>(
        TState state, Func<TState, CancellationToken, ValueTask<TResult>> operation, Func<TState, TimeSpan, string> late, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using CancellationTokenSource deadline = cancellationToken.CanBeCanceled
            ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken)
            : new CancellationTokenSource();
        try
        {
            ValueTask<TResult> wait = operation(state, deadline.Token);
            deadline.CancelAfter(timeout);
            return await wait.ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (e.CancellationToken == deadline.Token)
        {
            throw cancellationToken.IsCancellationRequested
                ? new OperationCanceledException(e.Message, e, cancellationToken)
                : new TimeoutException(late(state, timeout), e);
        }
    }

    private static string Nothing<T>(ChannelReader<T> reader, TimeSpan timeout) =>
        $"{Name((reader as CrossChannelReader<T>)?.Address)} had nothing to read within {timeout.TotalMilliseconds:N0} ms: " +
        "nothing was written, or other readers took it, and nobody has completed it.";

    private static string NoRoom<T>(ChannelWriter<T> writer, TimeSpan timeout) =>
        $"{Name((writer as CrossChannelWriter<T>)?.Address)} had no room within {timeout.TotalMilliseconds:N0} ms: " +
        "it is full and its readers take nothing, or others wrote first.";

    private static string Name(ChannelAddress? address) => address is null ? "The channel" : $"The channel {address}";
}
