using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace CrossChannels.Reconnecting;

/// <summary>A reader of leases that goes on at the next hub. A lease of a hub that was lost says so when it is settled.</summary>
internal sealed class ReconnectingLeasedReader<T> : LeasedReader<T>
{
    private readonly ReconnectingReader<Lease<T>> _reader;
    private long _lost;

    /// <inheritdoc cref="ReconnectingReader{T}(EndRecipe{CrossChannelReader{T}}, ConnectionOptions, ReconnectOptions)"/>
    public ReconnectingLeasedReader(EndRecipe<CrossChannelReader<Lease<T>>> recipe, ConnectionOptions settings, ReconnectOptions options)
    {
        Func<CrossChannelReader<Lease<T>>, Task<long>> close = recipe.CloseAsync;
        _reader = new ReconnectingReader<Lease<T>>(recipe with { CloseAsync = RetireAsync }, settings, options);
        Address = _reader.Address;
        Origin = _reader.Origin;

        Task<long> RetireAsync(CrossChannelReader<Lease<T>> reader)
        {
            CountLost(reader);
            return close(reader);
        }
    }

    public EndKeeper<CrossChannelReader<Lease<T>>> Keeper => _reader.Keeper;

    public override int GapCount => _reader.GapCount;

    public override Ending? Ending => _reader.Ending;

    public override Task Completion => _reader.Completion;

    public override bool CanCount => _reader.CanCount;

    public override bool CanPeek => false;

    public override int Count => _reader.Count;

    /// <remarks>The oldest leases are those of the hubs that were lost, as many as were open then: each says so once.</remarks>
    public override void TaskDone()
    {
        CrossChannelReader<Lease<T>> reader = Keeper.Current;
        CountLost(reader);
        if (Interlocked.Decrement(ref _lost) >= 0)
            throw new ChannelClosedException($"The lease was lost with the hub at {Address}: its item is delivered again if that hub, or what took its place, still has it.");
        Interlocked.Increment(ref _lost);
        ((LeasedReader<T>)reader).TaskDone();
    }

    public override bool TryRead([MaybeNullWhen(false)] out Lease<T> item) => _reader.TryRead(out item);

    public override bool TryPeek([MaybeNullWhen(false)] out Lease<T> item) => _reader.TryPeek(out item);

    public override int TryReadMany(Span<Lease<T>> destination) => _reader.TryReadMany(destination);

    public override ValueTask<Lease<T>> ReadAsync(CancellationToken cancellationToken = default) => _reader.ReadAsync(cancellationToken);

    public override ValueTask<int> ReadManyAsync(Memory<Lease<T>> destination, CancellationToken cancellationToken = default) =>
        _reader.ReadManyAsync(destination, cancellationToken);

    public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default) => _reader.WaitToReadAsync(cancellationToken);

    public override ValueTask CloseAsync(string? reason = null) => _reader.CloseAsync(reason);

    public override ValueTask DisposeAsync() => _reader.DisposeAsync();

    public override void Dispose() => _reader.Dispose();

    internal override bool TryReadInto(Memory<byte> destination, out int length) => _reader.TryReadInto(destination, out length);

    private void CountLost(CrossChannelReader<Lease<T>> reader) => Interlocked.Add(ref _lost, ((LeasedReader<T>)reader).TakeLost());
}
