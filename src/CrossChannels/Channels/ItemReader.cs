using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using CrossChannels.Links;
using CrossChannels.Serialization;

namespace CrossChannels.Channels;

/// <summary>A reader: where bytes become items.</summary>
internal sealed class ItemReader<T, TSource> : CrossChannelReader<T>
    where TSource : struct, IItemSource
{
    private readonly TSource _source;
    private readonly ItemCodec<T> _codec;
    private readonly bool _isPlain;
    private readonly WaiterPool _pool = new();

    public ItemReader(TSource source, ItemCodec<T> codec)
    {
        _source = source;
        _codec = codec;
        _isPlain = codec.IsPlain;
    }

    public override Ending? Ending => _source.Ending;

    public override Task Completion => _source.Completion;

    public override bool CanCount => _source.CanCount;

    public override bool CanPeek => true;

    /// <exception cref="NotSupportedException">The channel has a single reader.</exception>
    public override int Count => CanCount ? _source.Count : throw new NotSupportedException("An unbounded channel made with SingleReader does not count: CanCount is false.");

    private bool IsPlain => !RuntimeHelpers.IsReferenceOrContainsReferences<T>() && _isPlain;

    public override bool TryRead([MaybeNullWhen(false)] out T item)
    {
        if (IsPlain)
            return _source.TryTake(out item);
        if (!_source.TryClaim(out ItemSlice slice, out _, int.MaxValue, out _))
        {
            item = default;
            return false;
        }
        item = ItemDecoder.Decode(_codec, slice);
        return true;
    }

    public override bool TryPeek([MaybeNullWhen(false)] out T item)
    {
        if (!_source.TryPeek(out ItemSlice slice))
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
            return _source.TakeMany(destination);
        int count = 0;
        while (count < destination.Length && _source.TryClaim(out ItemSlice slice, out _, int.MaxValue, out _))
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
            return TryRead(out T? item) || (_source.Spin() && TryRead(out item)) ? new ValueTask<T>(item) : WaitForItemAsync(cancellationToken);
        }
        catch (ItemUnreadableException e)
        {
            return ValueTask.FromException<T>(e);
        }
    }

    public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled<bool>(cancellationToken) : _source.WaitAsync(cancellationToken);

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

    public override ValueTask CloseAsync(string? reason = null) => _source.CloseAsync(reason);

    public override ValueTask DisposeAsync() => CloseAsync();

    public override void Dispose() => _source.Close();

    /// <inheritdoc/>
    internal override bool TryReadInto(Memory<byte> destination, out int length)
    {
        if (!_source.TryClaim(out ItemSlice slice, out _, destination.Length, out int tooLarge))
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
        var waiter = (ItemWaiter<T>?)_pool.TryTake() ?? new ItemWaiter<T>(_source.Sync, _pool, _codec);
        short version = waiter.Version;
        while (!_source.TryEnqueueReader(waiter, out Closure? closed))
        {
            if (TryRead(out T? item))
            {
                _pool.Return(waiter);
                return new ValueTask<T>(item);
            }
            if (closed is not null)
            {
                _pool.Return(waiter);
                return closed.FailReadAsync<T>();
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
                if (!await _source.WaitAsync(cancellationToken).ConfigureAwait(false))
                    throw _source.Closure!.ForItem();
            }
            catch (Exception e) when (ReferenceEquals(e, _source.Closure?.Error))
            {
                throw _source.Closure!.ForItem();
            }
            int count = TryReadMany(destination.Span);
            if (count > 0)
                return count;
        }
    }
}
