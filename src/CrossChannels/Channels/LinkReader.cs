using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using CrossChannels.Links;
using CrossChannels.Serialization;

namespace CrossChannels.Channels;

/// <summary>The readable half of a link: where bytes become items.</summary>
internal sealed class LinkReader<T> : CrossChannelReader<T>
{
    private readonly LinkHandle _handle;
    private readonly ItemReceiver _receiver;
    private readonly ItemCodec<T> _codec;
    private readonly bool _isPlain;
    private readonly WaiterPool _pool = new();

    public LinkReader(LinkHandle handle, ItemCodec<T> codec)
    {
        _handle = handle;
        _receiver = handle.Link.Receiver;
        _codec = codec;
        _isPlain = codec.IsPlain;
    }

    public override Ending? Ending => _receiver.Ending;

    public override Task Completion => _receiver.Completion;

    public override bool CanCount => true;

    public override bool CanPeek => true;

    public override int Count => _receiver.Count;

    private bool IsPlain => !RuntimeHelpers.IsReferenceOrContainsReferences<T>() && _isPlain;

    public override bool TryRead([MaybeNullWhen(false)] out T item)
    {
        if (IsPlain)
            return _receiver.TryTake(out item);
        if (!_receiver.TryClaim(out ItemSlice slice, int.MaxValue, out _))
        {
            item = default;
            return false;
        }
        item = ItemDecoder.Decode(_codec, slice);
        return true;
    }

    public override bool TryPeek([MaybeNullWhen(false)] out T item)
    {
        if (!_receiver.TryPeek(out ItemSlice slice))
        {
            item = default;
            return false;
        }
        item = ItemDecoder.Decode(_codec, slice);
        return true;
    }

    public override int TryReadMany(Span<T> destination)
    {
        if (destination.IsEmpty)
            return 0;
        if (IsPlain)
            return _receiver.TakeMany(destination);
        int count = 0;
        while (count < destination.Length && _receiver.TryClaim(out ItemSlice slice, int.MaxValue, out _))
        {
            try
            {
                destination[count] = ItemDecoder.Decode(_codec, slice);
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
            return TryRead(out T? item) ? new ValueTask<T>(item) : WaitForItemAsync(cancellationToken);
        }
        catch (ItemUnreadableException e)
        {
            return ValueTask.FromException<T>(e);
        }
    }

    public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled<bool>(cancellationToken) : _receiver.WaitAsync(this, cancellationToken);

    public override ValueTask<int> ReadManyAsync(Memory<T> destination, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<int>(cancellationToken);
        if (destination.IsEmpty)
            return new ValueTask<int>(0);
        try
        {
            int count = TryReadMany(destination.Span);
            return count > 0 ? new ValueTask<int>(count) : WaitForManyAsync(destination, cancellationToken);
        }
        catch (ItemUnreadableException e)
        {
            return ValueTask.FromException<int>(e);
        }
    }

    public override async ValueTask CloseAsync(string? reason = null)
    {
        LinkSettings settings = _handle.Link.Settings;
        Task confirmed = _handle.Link.CloseReaderAsync(reason);
        if (!confirmed.IsCompleted)
            await Task.WhenAny(confirmed, Task.Delay(settings.CloseTimeout, settings.TimeProvider)).ConfigureAwait(false);
    }

    public override ValueTask DisposeAsync() => CloseAsync();

    public override void Dispose() => _ = _handle.Link.CloseReaderAsync(null);

    /// <inheritdoc/>
    internal override bool TryReadInto(Memory<byte> destination, out int length)
    {
        if (!_receiver.TryClaim(out ItemSlice slice, destination.Length, out int tooLarge))
        {
            length = tooLarge;
            return false;
        }
        length = slice.Length;
        if (!slice.IsNull)
            slice.Span.CopyTo(destination.Span);
        slice.Release();
        return true;
    }

    private ValueTask<T> WaitForItemAsync(CancellationToken cancellationToken)
    {
        var waiter = (ItemWaiter<T>?)_pool.TryTake() ?? new ItemWaiter<T>(_receiver.Sync, _pool, _codec);
        short version = waiter.Version;
        waiter.Owner = this;
        while (!_receiver.TryBlock(waiter, out Closure? closed))
        {
            if (TryRead(out T? item))
            {
                _pool.Return(waiter);
                return new ValueTask<T>(item);
            }
            if (closed is not null)
            {
                _pool.Return(waiter);
                return ValueTask.FromException<T>(closed.ForItem());
            }
        }
        waiter.Watch(cancellationToken);
        return new ValueTask<T>(waiter, version);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> WaitForManyAsync(Memory<T> destination, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                if (!await _receiver.WaitAsync(this, cancellationToken).ConfigureAwait(false))
                    throw _receiver.Closure!.ForItem();
            }
            catch (Exception e) when (ReferenceEquals(e, _receiver.Closure?.Error))
            {
                throw _receiver.Closure!.ForItem();
            }
            int count = TryReadMany(destination.Span);
            if (count > 0)
                return count;
        }
    }
}
