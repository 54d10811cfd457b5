using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using CrossChannels.Links;

namespace CrossChannels.Hub;

/// <summary>The owner's readable end: the built-in channel's, with what goes beyond it.</summary>
internal sealed class BackedReader<T>(BackedChannel<T> channel, BackedQueue<T> queue) : CrossChannelReader<T>
{
    public override Ending? Ending => queue.Completion.IsCompleted ? channel.ReaderClosure?.Ending : null;

    public override Task Completion => queue.Completion;

    public override bool CanCount => queue.CanCount;

    public override bool CanPeek => queue.CanPeek;

    public override int Count => queue.Count;

    public override bool TryRead([MaybeNullWhen(false)] out T item)
    {
        bool isRead = queue.TryRead(out QueuedItem<T> held);
        item = isRead ? channel.Take(held) : default;
        return isRead;
    }

    public override bool TryPeek([MaybeNullWhen(false)] out T item)
    {
        bool isHere = queue.TryPeek(out QueuedItem<T> held);
        item = isHere ? held.Value : default;
        return isHere;
    }

    public override int TryReadMany(Span<T> destination)
    {
        int count = 0;
        while (count < destination.Length && queue.TryRead(out QueuedItem<T> held))
        {
            try
            {
                destination[count] = channel.Take(held);
            }
            catch (ItemUnreadableException e) when (count > 0)
            {
                throw new ItemUnreadableException(e.Message, e.InnerException) { PrecedingCount = count };
            }
            count++;
        }
        return count;
    }

    public override ValueTask<T> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<T>(cancellationToken);
        try
        {
            if (queue.TryRead(out QueuedItem<T> held))
                return new ValueTask<T>(channel.Take(held));
        }
        catch (ItemUnreadableException e)
        {
            return ValueTask.FromException<T>(e);
        }
        var cancellation = new SafeCancellation(cancellationToken);
        return new PendingRead(channel, queue.ReadAsync(cancellation.Token), cancellation).Task;
    }

    public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default) => queue.WaitToReadAsync(cancellationToken);

    public override ValueTask<int> ReadManyAsync(Memory<T> destination, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<int>(cancellationToken);
        if (destination.IsEmpty)
            return new ValueTask<int>(0);
        return WaitForManyAsync(destination, cancellationToken);
    }

    public override ValueTask CloseAsync(string? reason = null)
    {
        channel.Abort(reason);
        return default;
    }

    public override ValueTask DisposeAsync() => CloseAsync();

    public override void Dispose() => channel.Abort(null);

    /// <inheritdoc/>
    internal override bool TryReadInto(Memory<byte> destination, out int length)
    {
        length = -1;
        if (!queue.TryPeek(out QueuedItem<T> next))
            return false;
        if (next.Error is null)
        {
            length = BytesOf(next.Item).Length;
            if (length > destination.Length)
                return false;
        }
        if (!queue.TryRead(out next))
        {
            length = -1;
            return false;
        }
        ReadOnlyMemory<byte> bytes = BytesOf(channel.Take(next));
        length = bytes.Length;
        // Another item, if somebody has taken the one that fitted, or the full mode has dropped it.
        if (length > destination.Length)
            throw new ItemUnreadableException($"An item of {length:N0} bytes took the place of one that fitted into {destination.Length:N0} while it was being read.");
        bytes.CopyTo(destination);
        return true;
    }

    private ReadOnlyMemory<byte> BytesOf(T item) => item is not null && channel.Codec.TryGetBytes(item, out ReadOnlyMemory<byte> bytes) ? bytes : default;

    private async ValueTask<int> WaitForManyAsync(Memory<T> destination, CancellationToken cancellationToken)
    {
        while (true)
        {
            int count = TryReadMany(destination.Span);
            if (count > 0)
                return count;
            Closure? closure = null;
            try
            {
                if (!await queue.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
                    closure = channel.ReaderClosure;
            }
            catch (Exception e) when (ReferenceEquals(e, channel.ReaderClosure?.Error))
            {
                closure = channel.ReaderClosure;
            }
            if (closure is not null)
                throw closure.ForItem();
        }
    }

    /// <summary>A read that the built-in channel keeps waiting; on its way out the item is counted as read.</summary>
    private sealed class PendingRead : OneTimeSource<T>
    {
        private readonly BackedChannel<T> _channel;
        private readonly ConfiguredValueTaskAwaitable<QueuedItem<T>>.ConfiguredValueTaskAwaiter _read;

        public PendingRead(BackedChannel<T> channel, ValueTask<QueuedItem<T>> read, SafeCancellation cancellation)
            : base(cancellation)
        {
            _channel = channel;
            _read = read.ConfigureAwait(false).GetAwaiter();
            Task = new ValueTask<T>(this, Version);
            if (_read.IsCompleted)
                OnDone();
            else
                _read.UnsafeOnCompleted(OnDone);
        }

        public ValueTask<T> Task { get; }

#pragma warning disable VSTHRD002 // It is done.
        private protected override T Take() => _channel.Take(_read.GetResult());
#pragma warning restore VSTHRD002
    }
}
