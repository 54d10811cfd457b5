using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace CrossChannels;

/// <summary>Timeouts for any channel, in process or across. <see cref="Timeout.InfiniteTimeSpan"/> waits for ever, zero does not wait.</summary>
/// <remarks>An item or room that is there wins over the timeout. Every method throws <see cref="TimeoutException"/> when time is up.</remarks>
public static class ChannelTimeoutExtensions
{
    private const double MaxMilliseconds = int.MaxValue;

    /// <summary>Reads an item, waiting at most <paramref name="timeout"/>; a read that timed out consumed nothing.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The timeout is negative, and not infinite, or 25 days and more.</exception>
    public static ValueTask<T> ReadAsync<T>(this ChannelReader<T> reader, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reader);
        Check(timeout);
        if (timeout == Timeout.InfiniteTimeSpan || cancellationToken.IsCancellationRequested)
            return reader.ReadAsync(cancellationToken);
        return reader.TryRead(out T? item) ? new ValueTask<T>(item) : CoreAsync(reader, timeout, cancellationToken);

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        static async ValueTask<T> CoreAsync(ChannelReader<T> reader, TimeSpan timeout, CancellationToken cancellationToken)
        {
            using var deadline = new Deadline(timeout, cancellationToken);
            try
            {
                ValueTask<T> read = reader.ReadAsync(deadline.Token);
                deadline.Start();
                return await read.ConfigureAwait(false);
            }
            catch (OperationCanceledException e) when (deadline.HasPassed(e))
            {
                throw deadline.Passed(e);
            }
        }
    }

    /// <summary>Waits for an item, at most <paramref name="timeout"/>.</summary>
    /// <returns>False when the channel is over and drained.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The timeout is negative, and not infinite, or 25 days and more.</exception>
    public static ValueTask<bool> WaitToReadAsync<T>(this ChannelReader<T> reader, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reader);
        Check(timeout);
        return timeout == Timeout.InfiniteTimeSpan || cancellationToken.IsCancellationRequested
            ? reader.WaitToReadAsync(cancellationToken)
            : CoreAsync(reader, timeout, cancellationToken);

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        static async ValueTask<bool> CoreAsync(ChannelReader<T> reader, TimeSpan timeout, CancellationToken cancellationToken)
        {
            using var deadline = new Deadline(timeout, cancellationToken);
            try
            {
                ValueTask<bool> wait = reader.WaitToReadAsync(deadline.Token);
                deadline.Start();
                return await wait.ConfigureAwait(false);
            }
            catch (OperationCanceledException e) when (deadline.HasPassed(e))
            {
                throw deadline.Passed(e);
            }
        }
    }

    /// <summary>Writes an item, waiting at most <paramref name="timeout"/> for room; an item that timed out never appears.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The timeout is negative, and not infinite, or 25 days and more.</exception>
    public static ValueTask WriteAsync<T>(this ChannelWriter<T> writer, T item, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(writer);
        Check(timeout);
        if (timeout == Timeout.InfiniteTimeSpan || cancellationToken.IsCancellationRequested)
            return writer.WriteAsync(item, cancellationToken);
        try
        {
            return writer.TryWrite(item) ? default : CoreAsync(writer, item, timeout, cancellationToken);
        }
        catch (Exception e)
        {
            return ValueTask.FromException(e);
        }

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
        static async ValueTask CoreAsync(ChannelWriter<T> writer, T item, TimeSpan timeout, CancellationToken cancellationToken)
        {
            using var deadline = new Deadline(timeout, cancellationToken);
            try
            {
                ValueTask write = writer.WriteAsync(item, deadline.Token);
                deadline.Start();
                await write.ConfigureAwait(false);
            }
            catch (OperationCanceledException e) when (deadline.HasPassed(e))
            {
                throw deadline.Passed(e);
            }
        }
    }

    /// <summary>Waits for room, at most <paramref name="timeout"/>.</summary>
    /// <returns>False when the channel is over.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The timeout is negative, and not infinite, or 25 days and more.</exception>
    public static ValueTask<bool> WaitToWriteAsync<T>(this ChannelWriter<T> writer, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(writer);
        Check(timeout);
        return timeout == Timeout.InfiniteTimeSpan || cancellationToken.IsCancellationRequested
            ? writer.WaitToWriteAsync(cancellationToken)
            : CoreAsync(writer, timeout, cancellationToken);

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        static async ValueTask<bool> CoreAsync(ChannelWriter<T> writer, TimeSpan timeout, CancellationToken cancellationToken)
        {
            using var deadline = new Deadline(timeout, cancellationToken);
            try
            {
                ValueTask<bool> wait = writer.WaitToWriteAsync(deadline.Token);
                deadline.Start();
                return await wait.ConfigureAwait(false);
            }
            catch (OperationCanceledException e) when (deadline.HasPassed(e))
            {
                throw deadline.Passed(e);
            }
        }
    }

    private static void Check(TimeSpan timeout)
    {
        if (timeout != Timeout.InfiniteTimeSpan && (timeout < TimeSpan.Zero || timeout.TotalMilliseconds > MaxMilliseconds))
            throw new ArgumentOutOfRangeException(nameof(timeout), timeout, "A timeout is zero or more, below 25 days, or Timeout.InfiniteTimeSpan.");
    }

    /// <summary>A token that is canceled with the caller's, or when time is up. Time runs from the moment at which the operation waits.</summary>
    private readonly struct Deadline(TimeSpan timeout, CancellationToken cancellationToken) : IDisposable
    {
        private readonly CancellationTokenSource _source = cancellationToken.CanBeCanceled
            ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken)
            : new CancellationTokenSource();

        public CancellationToken Token => _source.Token;

        public void Start() => _source.CancelAfter(timeout);

        public bool HasPassed(OperationCanceledException e) => e.CancellationToken == _source.Token;

        public Exception Passed(OperationCanceledException e) => cancellationToken.IsCancellationRequested
            ? new OperationCanceledException(e.Message, e, cancellationToken)
            : new TimeoutException($"The channel was not ready within {timeout.TotalMilliseconds:N0} ms.", e);

        public void Dispose() => _source.Dispose();
    }
}
