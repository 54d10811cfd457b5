using System.Buffers;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CrossChannels.Diagnostics;
using CrossChannels.Links;
using CrossChannels.Serialization;

namespace CrossChannels.Channels;

/// <summary>A writer: where items become bytes.</summary>
internal sealed class ItemWriter<T, TSink> : CrossChannelWriter<T>
    where TSink : struct, IItemSink
{
    /// <summary>From this size on an item that is its own bytes is not copied.</summary>
    private const int LargeBytes = 64 * 1024;

    private readonly TSink _sink;
    private readonly ItemCodec<T> _codec;
    private readonly bool _isPlain;

    public ItemWriter(TSink sink, ItemCodec<T> codec)
    {
        _sink = sink;
        _codec = codec;
        _isPlain = codec.IsPlain;
    }

    public override Ending? Ending => _sink.Closure?.Ending;

    public override Task<Ending> Ended => _sink.Ended;

    public override long UnreceivedCount => _sink.UnreceivedCount;

    private bool IsPlain => !RuntimeHelpers.IsReferenceOrContainsReferences<T>() && _isPlain;

    public override bool TryWrite(T item) => ChannelTracing.IsOn && Address is not null ? TryWriteTraced(item, Address) : TryAccept(item);

    public override ValueTask WriteAsync(T item, CancellationToken cancellationToken = default) =>
        ChannelTracing.IsOn && Address is not null ? WriteTracedAsync(item, Address, cancellationToken) : WriteUntracedAsync(item, cancellationToken);

    public override ValueTask<bool> WaitToWriteAsync(CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled<bool>(cancellationToken) : _sink.WaitAsync(cancellationToken);

    public override int TryWriteMany(ReadOnlySpan<T> items)
    {
        if (IsPlain)
            return _sink.TryAcceptMany(items);
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
            int accepted = _sink.TryAcceptMany(items.Span);
            return accepted == items.Length ? default : WriteRestAsync(items, accepted, cancellationToken);
        }
        return WriteRestAsync(items, 0, cancellationToken);
    }

    public override bool TryComplete(Exception? error = null) => _sink.TryComplete(error);

    public override ValueTask FlushAsync(CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled(cancellationToken) : _sink.WaitForAckAsync(AckLevel.Received, cancellationToken);

    public override ValueTask JoinAsync(CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled(cancellationToken) : _sink.WaitForAckAsync(AckLevel.Processed, cancellationToken);

    public override ValueTask<long> CloseAsync(TimeSpan? timeout = null) => _sink.CloseAsync(timeout);

    public override async ValueTask DisposeAsync()
    {
        bool wasOpen = Ending is null or { Kind: EndingKind.Completed or EndingKind.Faulted };
        long unreceived = await CloseAsync().ConfigureAwait(false);
        if (wasOpen && unreceived > 0)
            _sink.ReportUnreceived(unreceived);
    }

    public override void Dispose() => _sink.Close();

    internal override IMemoryOwner<byte> Rent(int length) => (length > 0 ? _sink.TryRent(length, this) : null) ?? new RentedMemory(length, this);

    private bool TryAccept(T item)
    {
        if (IsPlain)
            return _sink.TryAccept(item);
        if (IsRented(item, out RentedMemory? rented))
            return TryGive(rented);
        if (item is null)
            return _sink.TryAccept(default, isNull: true);
        if (_codec.TryGetBytes(item, out ReadOnlyMemory<byte> bytes))
            return _sink.TryAccept(bytes.Span, isNull: false);
        if (!_sink.MayAccept)
            return false;
        ItemBuffer buffer = ItemBuffer.Take();
        try
        {
            Encode(item, buffer);
            return _sink.TryAccept(buffer.Written, isNull: false);
        }
        finally
        {
            buffer.Return();
        }
    }

    private ValueTask WriteUntracedAsync(T item, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellationToken);
        if (IsPlain)
        {
            return _sink.TryAccept(item)
                ? default
                : _sink.AcceptAsync(MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<T, byte>(ref item), Unsafe.SizeOf<T>()), isNull: false, cancellationToken);
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

    /// <summary>Writes within a span of its own, whose context goes with the item.</summary>
    private bool TryWriteTraced(T item, ChannelAddress channel)
    {
        Activity? activity = ChannelTracing.StartSend(channel);
        bool isAccepted = false;
        Exception? error = null;
        try
        {
            return isAccepted = TryAccept(item);
        }
        catch (Exception e)
        {
            error = e;
            throw;
        }
        finally
        {
            if (activity is not null)
                ChannelTracing.EndSend(activity, isAccepted, error);
        }
    }

    /// <inheritdoc cref="TryWriteTraced"/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WriteTracedAsync(T item, ChannelAddress channel, CancellationToken cancellationToken)
    {
        Activity? activity = ChannelTracing.StartSend(channel);
        Exception? error = null;
        try
        {
            await WriteUntracedAsync(item, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            error = e;
            throw;
        }
        finally
        {
            if (activity is not null)
                ChannelTracing.EndSend(activity, isAccepted: true, error);
        }
    }

    /// <summary>Serializes the item on this thread, so that what its serializer throws is thrown here, and waits for room if need be.</summary>
    private ValueTask AcceptAsync(T item, CancellationToken cancellationToken)
    {
        if (_sink.Closure is { } closure)
            return closure.FailWriteAsync();
        if (item is null)
            return _sink.TryAccept(default, isNull: true) ? default : _sink.AcceptAsync(default, isNull: true, cancellationToken);
        if (IsRented(item, out RentedMemory? rented))
            return GiveAsync(rented, cancellationToken);
        if (_codec.TryGetBytes(item, out ReadOnlyMemory<byte> bytes))
        {
            // Written from the caller's memory, which is the link's until the write is done; a wait that can be canceled could not promise that.
            if (bytes.Length >= LargeBytes && !cancellationToken.CanBeCanceled && _sink.MayLendLarge)
                return _sink.AcceptLargeAsync(bytes);
            return _sink.TryAccept(bytes.Span, isNull: false) ? default : _sink.AcceptAsync(bytes.Span, isNull: false, cancellationToken);
        }
        ItemBuffer buffer = ItemBuffer.Take();
        try
        {
            Encode(item, buffer);
            return _sink.TryAccept(buffer.Written, isNull: false) ? default : _sink.AcceptAsync(buffer.Written, isNull: false, cancellationToken);
        }
        finally
        {
            buffer.Return();
        }
    }

    /// <summary>Whether an item is memory that this writer rented, and takes when it has accepted it.</summary>
    private bool IsRented(T item, [NotNullWhen(true)] out RentedMemory? rented)
    {
        rented = typeof(T) == typeof(IMemoryOwner<byte>) && item is RentedMemory own && ReferenceEquals(own.Writer, this) ? own : null;
        return rented is not null;
    }

    private bool TryGive(RentedMemory rented)
    {
        rented.BeginWrite();
        bool isAccepted = false;
        try
        {
            return isAccepted = _sink.TryAccept(rented);
        }
        finally
        {
            rented.EndWrite(isAccepted);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask GiveAsync(RentedMemory rented, CancellationToken cancellationToken)
    {
        rented.BeginWrite();
        bool isAccepted = false;
        try
        {
            if (rented is { Lender: null, Length: >= LargeBytes } && !cancellationToken.CanBeCanceled && _sink.MayLendLarge)
                await _sink.AcceptLargeAsync(rented.Memory).ConfigureAwait(false);
            else if (!_sink.TryAccept(rented))
                await _sink.AcceptAsync(rented, cancellationToken).ConfigureAwait(false);
            isAccepted = true;
        }
        finally
        {
            rented.EndWrite(isAccepted);
        }
    }

    private void Encode(T item, ItemBuffer buffer)
    {
        _codec.Encode(item, buffer);
        if (buffer.Written.Length >= LargeBytes && _codec.TakeBinaryMember() is { } member)
            Log.BinaryInJson(_sink.Logger, member, buffer.Written.Length);
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
                if (!await _sink.WaitAsync(cancellationToken).ConfigureAwait(false))
                    throw new PartialWriteException(accepted, null);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new PartialWriteCanceledException(accepted, cancellationToken);
        }
        catch (Exception e) when (ReferenceEquals(e, _sink.Closure?.Error) && e is not EndMovedException)
        {
            throw new PartialWriteException(accepted, e);
        }
        catch (Exception e) when (e is not (PartialWriteException or EndMovedException))
        {
            throw new ItemUnwritableException(accepted, e);
        }
    }
}
