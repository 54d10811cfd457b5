using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using CrossChannels.Links;
using CrossChannels.Serialization;
using CrossChannels.Threading;

namespace CrossChannels.Channels;

/// <summary>A reader of leases: an item reader whose items are settled.</summary>
internal sealed class LeasedItemReader<T, TSource> : LeasedReader<T>
    where TSource : struct, IItemSource
{
    private readonly TSource _source;
    private readonly ItemCodec<T> _codec;
    private readonly bool _isPlain;
    private readonly ILeaseHolder _holder;
    private readonly Func<bool> _completeOldest;
    private readonly WaiterPool _pool = new();

    public LeasedItemReader(TSource source, ItemCodec<T> codec, ILeaseHolder holder, Func<bool> completeOldest)
    {
        _source = source;
        _codec = codec;
        _isPlain = codec.IsPlain;
        _holder = holder;
        _completeOldest = completeOldest;
    }

    public override Ending? Ending => _source.Ending;

    public override Task Completion => _source.Completion;

    public override bool CanCount => _source.CanCount;

    /// <remarks>A lease that was only looked at could not be settled.</remarks>
    public override bool CanPeek => false;

    /// <exception cref="NotSupportedException">The channel has a single reader.</exception>
    public override int Count => CanCount ? _source.Count : throw new NotSupportedException("An unbounded channel made with SingleReader does not count: CanCount is false.");

    public override void TaskDone()
    {
        if (!_completeOldest())
            throw new InvalidOperationException("TaskDone was called more often than items were taken.");
    }

    internal override long TakeLost() => _holder.TakeLost();

    public override bool TryRead([MaybeNullWhen(false)] out Lease<T> item)
    {
        if (!RuntimeHelpers.IsReferenceOrContainsReferences<T>() && _isPlain)
            return TryReadPlain(out item);
        item = null;
        if (!_source.TryClaim(out ItemSlice slice, out DeliveryTag tag, int.MaxValue, out _))
            return false;
        item = Decode(slice, tag);
        return true;
    }

    public override bool TryPeek([MaybeNullWhen(false)] out Lease<T> item)
    {
        item = null;
        return false;
    }

    public override int TryReadMany(Span<Lease<T>> destination) => TryReadMany(destination, count: 0);

    public override ValueTask<Lease<T>> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<Lease<T>>(cancellationToken);
        try
        {
            return TryRead(out Lease<T>? lease) ? new ValueTask<Lease<T>>(lease) : WaitForLeaseAsync(cancellationToken);
        }
        catch (ItemUnreadableException e)
        {
            return ValueTask.FromException<Lease<T>>(e);
        }
    }

    public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled<bool>(cancellationToken) : _source.WaitAsync(cancellationToken);

    public override async ValueTask<int> ReadManyAsync(Memory<Lease<T>> destination, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (destination.IsEmpty)
            return 0;
        Lease<T> first = await ReadAsync(cancellationToken).ConfigureAwait(false);
        destination.Span[0] = first;
        return TryReadMany(destination.Span, count: 1);
    }

    public override ValueTask CloseAsync(string? reason = null) => _source.CloseAsync(reason);

    public override ValueTask DisposeAsync() => CloseAsync();

    public override void Dispose() => _source.Close();

    internal override bool TryReadInto(Memory<byte> destination, out int length) => throw new NotSupportedException("A lease is not bytes.");

    /// <param name="destination">Of leases, of which the first ones stand there already.</param>
    /// <param name="count">How many these are. Nobody could settle them if an error hid them.</param>
    private int TryReadMany(Span<Lease<T>> destination, int count)
    {
        try
        {
            while (count < destination.Length && TryRead(out Lease<T>? lease))
                destination[count++] = lease;
        }
        catch (ItemUnreadableException e) when (count > 0)
        {
            throw new ItemUnreadableException(e.Message, e.InnerException) { PrecedingCount = count };
        }
        return count;
    }

    private ValueTask<Lease<T>> WaitForLeaseAsync(CancellationToken cancellationToken)
    {
        LeaseWaiter waiter = (LeaseWaiter?)_pool.TryTake() ?? new LeaseWaiter(_source.Sync, _pool, Decode);
        short version = waiter.Version;
        while (!_source.TryEnqueueReader(waiter, out Closure? closed))
        {
            if (TryRead(out Lease<T>? lease))
            {
                _pool.Return(waiter);
                return new ValueTask<Lease<T>>(lease);
            }
            if (closed is not null)
            {
                _pool.Return(waiter);
                return closed.FailReadAsync<Lease<T>>();
            }
        }
        waiter.Watch(cancellationToken);
        return new ValueTask<Lease<T>>(waiter, version);
    }

    private bool TryReadPlain([MaybeNullWhen(false)] out Lease<T> lease)
    {
        lease = null;
        DeliveryTag tag = default;
        try
        {
            if (!_source.TryTake(out T item, out tag))
                return false;
            lease = new Lease<T>(_holder, tag, item);
            return true;
        }
        catch (ItemUnreadableException)
        {
            _holder.Abandon(tag.Sequence, isUnreadable: true);
            throw;
        }
    }

    /// <summary>An item that cannot be read goes back for another reader, and to the dead letters if too many cannot read it.</summary>
    private Lease<T> Decode(ItemSlice slice, DeliveryTag tag)
    {
        try
        {
            return new Lease<T>(_holder, tag, ItemDecoder.Decode(_codec, slice));
        }
        catch
        {
            _holder.Abandon(tag.Sequence, isUnreadable: true);
            throw;
        }
    }

    /// <summary>A caller that waits for one lease.</summary>
    private sealed class LeaseWaiter(RankedLock sync, WaiterPool pool, Func<ItemSlice, DeliveryTag, Lease<T>> decode)
        : ReadWaiter(sync, pool), System.Threading.Tasks.Sources.IValueTaskSource<Lease<T>>
    {
        Lease<T> System.Threading.Tasks.Sources.IValueTaskSource<Lease<T>>.GetResult(short token)
        {
            ItemSlice item = Item;
            DeliveryTag tag = Tag;
            TakeResult(token);
            return decode(item, tag);
        }
    }
}
