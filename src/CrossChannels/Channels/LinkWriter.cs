using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CrossChannels.Diagnostics;
using CrossChannels.Links;
using CrossChannels.Serialization;

namespace CrossChannels.Channels;

/// <summary>The writable half of a link: where items become bytes.</summary>
internal sealed class LinkWriter<T> : CrossChannelWriter<T>
{
    /// <summary>From this size on an item that is its own bytes is not copied.</summary>
    private const int LargeBytes = 64 * 1024;

    private readonly LinkHandle _handle;
    private readonly ItemSender _sender;
    private readonly ItemCodec<T> _codec;
    private readonly bool _isPlain;

    public LinkWriter(LinkHandle handle, ItemCodec<T> codec)
    {
        _handle = handle;
        _sender = handle.Link.Sender;
        _codec = codec;
        _isPlain = codec.IsPlain;
    }

    public override Ending? Ending => _sender.Closure?.Ending;

    public override long UnreceivedCount => _sender.UnreceivedCount;

    private bool IsPlain => !RuntimeHelpers.IsReferenceOrContainsReferences<T>() && _isPlain;

    public override bool TryWrite(T item)
    {
        if (IsPlain)
            return _sender.TryAccept(item);
        if (item is null)
            return _sender.TryAccept(default, isNull: true);
        if (_codec.TryGetBytes(item, out ReadOnlyMemory<byte> bytes))
            return _sender.TryAccept(bytes.Span, isNull: false);
        if (!_sender.MayAccept)
            return false;
        ItemBuffer buffer = ItemBuffer.Take();
        try
        {
            _codec.Encode(item, buffer);
            return _sender.TryAccept(buffer.Written, isNull: false);
        }
        finally
        {
            buffer.Return();
        }
    }

    public override ValueTask WriteAsync(T item, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellationToken);
        if (IsPlain)
        {
            return _sender.TryAccept(item)
                ? default
                : _sender.AcceptAsync(MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<T, byte>(ref item), Unsafe.SizeOf<T>()), isNull: false, cancellationToken);
        }
        try
        {
            return AcceptAsync(item, cancellationToken);
        }
        catch (Exception e)
        {
            return ValueTask.FromException(e);
        }
    }

    public override ValueTask<bool> WaitToWriteAsync(CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled<bool>(cancellationToken) : _sender.WaitAsync(cancellationToken);

    public override int TryWriteMany(ReadOnlySpan<T> items)
    {
        if (IsPlain)
            return _sender.TryAcceptMany(items);
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

    public override ValueTask WriteManyAsync(ReadOnlyMemory<T> items, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellationToken);
        if (IsPlain)
        {
            int accepted = _sender.TryAcceptMany(items.Span);
            return accepted == items.Length ? default : WriteRestAsync(items, accepted, cancellationToken);
        }
        return WriteRestAsync(items, 0, cancellationToken);
    }

    public override bool TryComplete(Exception? error = null) => _handle.Link.TryComplete(error);

    public override ValueTask FlushAsync(CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled(cancellationToken) : _sender.CountAsync(read: false, cancellationToken);

    public override ValueTask JoinAsync(CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled(cancellationToken) : _sender.CountAsync(read: true, cancellationToken);

    public override async ValueTask<long> CloseAsync(TimeSpan? timeout = null)
    {
        Link link = _handle.Link;
        TimeSpan limit = TimeoutRange.Check(timeout ?? link.Settings.CloseTimeout, nameof(timeout));
        link.Leave();
        if (_sender.UnreceivedCount > 0 && limit != TimeSpan.Zero)
        {
            using var deadline = new CancellationTokenSource(limit, link.Settings.TimeProvider);
            try
            {
                await _sender.CountAsync(read: false, deadline.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or InvalidOperationException)
            {
                // The link ended, or the deadline passed; the count below tells what that means.
            }
        }
        link.Done(isOut: true);
        return _sender.UnreceivedCount;
    }

    public override async ValueTask DisposeAsync()
    {
        bool wasOpen = Ending is null or { Kind: EndingKind.Completed or EndingKind.Faulted };
        long unreceived = await CloseAsync().ConfigureAwait(false);
        if (wasOpen && unreceived > 0)
        {
            ChannelMetrics.NotReceived(unreceived);
            Log.NotReceived(_handle.Link.Settings.Logger, _handle.Link.Peer?.Endpoint ?? "the peer", unreceived);
        }
    }

    public override void Dispose()
    {
        _handle.Link.Leave();
        _handle.Link.Done(isOut: true);
    }

    /// <summary>Serializes the item on this thread, so that what its serializer throws is thrown here, and waits for room if need be.</summary>
    private ValueTask AcceptAsync(T item, CancellationToken cancellationToken)
    {
        if (_sender.Closure is { } closure)
            return ValueTask.FromException(closure.ForItem());
        if (item is null)
            return _sender.TryAccept(default, isNull: true) ? default : _sender.AcceptAsync(default, isNull: true, cancellationToken);
        if (_codec.TryGetBytes(item, out ReadOnlyMemory<byte> bytes))
        {
            // Written from the caller's memory, which is the link's until the write is done; a wait that can be canceled could not promise that.
            if (bytes.Length >= LargeBytes && !cancellationToken.CanBeCanceled && _handle.Link.MayLendLarge)
                return _sender.AcceptLargeAsync(bytes);
            return _sender.TryAccept(bytes.Span, isNull: false) ? default : _sender.AcceptAsync(bytes.Span, isNull: false, cancellationToken);
        }
        ItemBuffer buffer = ItemBuffer.Take();
        try
        {
            _codec.Encode(item, buffer);
            return _sender.TryAccept(buffer.Written, isNull: false) ? default : _sender.AcceptAsync(buffer.Written, isNull: false, cancellationToken);
        }
        finally
        {
            buffer.Return();
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WriteRestAsync(ReadOnlyMemory<T> items, int accepted, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                accepted += TryWriteMany(items.Span[accepted..]);
                if (accepted == items.Length)
                    return;
                if (!await _sender.WaitAsync(cancellationToken).ConfigureAwait(false))
                    throw new PartialWriteException(accepted, null);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new PartialWriteCanceledException(accepted, cancellationToken);
        }
        catch (Exception e) when (ReferenceEquals(e, _sender.Closure?.Error))
        {
            throw new PartialWriteException(accepted, e);
        }
        catch (Exception e) when (e is not PartialWriteException)
        {
            e.Data[nameof(PartialWriteException.AcceptedCount)] = accepted;
            throw;
        }
    }
}
