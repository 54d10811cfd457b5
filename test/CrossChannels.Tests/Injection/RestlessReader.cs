using System.Diagnostics.CodeAnalysis;

namespace CrossChannels.Tests.Injection;

/// <summary>A reader whose callers are restless.</summary>
internal sealed class RestlessReader<T> : CrossChannelReader<T>
{
    private readonly CrossChannelReader<T> _inner;
    private readonly Restlessness _plan;
    private readonly WaitLine _reads;
    private readonly WaitLine _waits;

    public RestlessReader(CrossChannelReader<T> inner, Restlessness plan)
    {
        var end = new EndWaits();
        _inner = inner;
        _plan = plan;
        _reads = new WaitLine(plan, end, plan.KeepsPlaces);
        _waits = new WaitLine(plan, end, IsSingle);
    }

    /// <summary>A second wait cancels the first, so that it matters who comes last.</summary>
    private bool IsSingle => !_inner.CanCount;

    public override Ending? Ending => _inner.Ending;

    public override Task Completion => _inner.Completion;

    public override bool CanCount => _inner.CanCount;

    public override bool CanPeek => _inner.CanPeek;

    public override int Count => _inner.Count;

    public override bool TryRead([MaybeNullWhen(false)] out T item)
    {
        _plan.Stir();
        return _inner.TryRead(out item);
    }

    public override bool TryPeek([MaybeNullWhen(false)] out T item) => _inner.TryPeek(out item);

    public override int TryReadMany(Span<T> destination)
    {
        _plan.Stir();
        return _inner.TryReadMany(destination);
    }

    public override ValueTask<T> ReadAsync(CancellationToken cancellationToken = default) => _reads.WaitAsync(_inner.ReadAsync, cancellationToken);

    public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default)
    {
        if (!IsSingle)
            _waits.Pass(_inner.WaitToReadAsync);
        return _waits.WaitAsync(_inner.WaitToReadAsync, cancellationToken);
    }

    public override ValueTask<int> ReadManyAsync(Memory<T> destination, CancellationToken cancellationToken = default) =>
        _waits.WaitAsync(token => _inner.ReadManyAsync(destination, token), cancellationToken);

    public override ValueTask CloseAsync(string? reason = null) => _inner.CloseAsync(reason);

    public override ValueTask DisposeAsync() => _inner.DisposeAsync();

    public override void Dispose() => _inner.Dispose();

    internal override bool TryReadInto(Memory<byte> destination, out int length) => _inner.TryReadInto(destination, out length);
}
