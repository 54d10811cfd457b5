using System.Runtime.CompilerServices;
using System.Threading.Channels;
using CrossChannels.Links;

namespace CrossChannels.Hub;

/// <summary>The owner's writable end: the built-in channel's, into which copies go.</summary>
internal sealed class BackedWriter<T>(BackedChannel<T> channel, BackedQueue<T> queue) : CrossChannelWriter<T>
{
    private static readonly Closure s_left = new(new Ending(EndingKind.WriterLeft), null);

    private EndingTask _ended;
    private Closure? _left;

    public override Ending? Ending => Closure?.Ending;

    public override Task<Ending> Ended => Task.WhenAny(channel.Ended, _ended.WaitAsync(() => Volatile.Read(ref _left))).Unwrap();

    public override long UnreceivedCount => 0;

    private Closure? Closure => channel.WriterClosure ?? Volatile.Read(ref _left);

    public override bool TryWrite(T item)
    {
        if (Closure is not null)
            return false;
        T copy = channel.Copy(item);
        return channel.TryAccept(new QueuedItem<T>(copy, channel.Joins.Enter()));
    }

    public override ValueTask WriteAsync(T item, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellationToken);
        if (Closure is { } closure)
            return closure.FailWriteAsync();
        QueuedItem<T> held;
        try
        {
            held = new QueuedItem<T>(channel.Copy(item), channel.Joins.Enter());
        }
        catch (Exception e)
        {
            return ValueTask.FromException(e);
        }
        // What ItemDropped or the comparer throws is thrown here, as the built-in channels do it.
        if (queue.TryWrite(held))
            return default;
        var cancellation = new SafeCancellation(cancellationToken);
        return new PendingWrite(queue.WriteAsync(held, cancellation.Token), channel.Joins, held.Epoch, cancellation).Task;
    }

    public override ValueTask<bool> WaitToWriteAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<bool>(cancellationToken);
        return Closure is { } closure ? closure.EndWaitAsync() : queue.WaitToWriteAsync(cancellationToken);
    }

    public override int TryWriteMany(ReadOnlySpan<T> items)
    {
        int count = 0;
        try
        {
            while (count < items.Length && TryWrite(items[count]))
                count++;
        }
        catch when (count > 0)
        {
            // Those before it are accepted; the next call begins with the bad item, and throws.
        }
        return count;
    }

    public override ValueTask WriteManyAsync(ReadOnlyMemory<T> items, CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled(cancellationToken) : WriteAllAsync(items, cancellationToken);

    public override bool TryComplete(Exception? error = null) => Volatile.Read(ref _left) is null && channel.TryComplete(error);

    public override ValueTask FlushAsync(CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled(cancellationToken) : default;

    public override ValueTask JoinAsync(CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled(cancellationToken) : new ValueTask(channel.WhenProcessedAsync().WaitAsync(cancellationToken));

    public override ValueTask<long> CloseAsync(TimeSpan? timeout = null)
    {
        TimeoutRange.Check(timeout ?? TimeSpan.Zero, nameof(timeout));
        Leave();
        return new ValueTask<long>(0);
    }

    public override ValueTask DisposeAsync()
    {
        Leave();
        return default;
    }

    public override void Dispose() => Leave();

    private void Leave()
    {
        Volatile.Write(ref _left, s_left);
        _ended.Set(s_left);
    }

    private async ValueTask WriteAllAsync(ReadOnlyMemory<T> items, CancellationToken cancellationToken)
    {
        int accepted = 0;
        try
        {
            for (; accepted < items.Length; accepted++)
                await WriteAsync(items.Span[accepted], cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new PartialWriteCanceledException(accepted, cancellationToken);
        }
        catch (Exception e) when (e is ChannelClosedException || ReferenceEquals(e, Closure?.Error))
        {
            throw new PartialWriteException(accepted, Closure?.Error);
        }
        catch (Exception e)
        {
            throw new ItemUnwritableException(accepted, e);
        }
    }

    /// <summary>A write that the built-in channel keeps waiting; if it fails, its item is counted out.</summary>
    private sealed class PendingWrite : OneTimeSource<bool>
    {
        private readonly ConfiguredValueTaskAwaitable.ConfiguredValueTaskAwaiter _write;
        private readonly JoinCounter _joins;
        private readonly JoinCounter.Epoch _epoch;

        public PendingWrite(ValueTask write, JoinCounter joins, JoinCounter.Epoch epoch, SafeCancellation cancellation)
            : base(cancellation)
        {
            _write = write.ConfigureAwait(false).GetAwaiter();
            _joins = joins;
            _epoch = epoch;
            Task = new ValueTask(this, Version);
            if (_write.IsCompleted)
                OnDone();
            else
                _write.UnsafeOnCompleted(OnDone);
        }

        public ValueTask Task { get; }

        private protected override bool Take()
        {
            try
            {
#pragma warning disable VSTHRD002 // It is done.
                _write.GetResult();
#pragma warning restore VSTHRD002
                return true;
            }
            catch
            {
                _joins.Leave(_epoch);
                throw;
            }
        }
    }
}
