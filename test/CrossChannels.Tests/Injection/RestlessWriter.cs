namespace CrossChannels.Tests.Injection;

/// <summary>A writer whose callers are restless.</summary>
internal sealed class RestlessWriter<T> : CrossChannelWriter<T>
{
    private readonly CrossChannelWriter<T> _inner;
    private readonly Restlessness _plan;
    private readonly WaitLine _writes;
    private readonly WaitLine _waits;

    public RestlessWriter(CrossChannelWriter<T> inner, Restlessness plan)
    {
        var end = new EndWaits();
        _inner = inner;
        _plan = plan;
        _writes = new WaitLine(plan, end, plan.KeepsPlaces);
        _waits = new WaitLine(plan, end, keepsPlaces: false);
    }

    public override Ending? Ending => _inner.Ending;

    public override Task<Ending> Ended => _inner.Ended;

    public override long UnreceivedCount => _inner.UnreceivedCount;

    public override bool TryWrite(T item)
    {
        _plan.Stir();
        return _inner.TryWrite(item);
    }

    public override int TryWriteMany(ReadOnlySpan<T> items)
    {
        _plan.Stir();
        return _inner.TryWriteMany(items);
    }

    public override ValueTask WriteAsync(T item, CancellationToken cancellationToken = default) =>
        _writes.WaitAsync(token => _inner.WriteAsync(item, token), cancellationToken);

    public override ValueTask<bool> WaitToWriteAsync(CancellationToken cancellationToken = default)
    {
        _waits.Pass(_inner.WaitToWriteAsync);
        return _waits.WaitAsync(_inner.WaitToWriteAsync, cancellationToken);
    }

    public override ValueTask WriteManyAsync(ReadOnlyMemory<T> items, CancellationToken cancellationToken = default) =>
        BeLateAsync(_inner.WriteManyAsync(items, cancellationToken));

    // What is waited for here is counted at the call, so that one that came back would wait for more.
    public override ValueTask FlushAsync(CancellationToken cancellationToken = default) => BeLateAsync(_inner.FlushAsync(cancellationToken));

    public override ValueTask JoinAsync(CancellationToken cancellationToken = default) => BeLateAsync(_inner.JoinAsync(cancellationToken));

    public override bool TryComplete(Exception? error = null) => _inner.TryComplete(error);

    public override ValueTask<long> CloseAsync(TimeSpan? timeout = null) => _inner.CloseAsync(timeout);

    public override ValueTask DisposeAsync() => _inner.DisposeAsync();

    public override void Dispose() => _inner.Dispose();

    private ValueTask BeLateAsync(ValueTask wait)
    {
        _plan.Stir();
        return wait.IsCompleted ? wait : WaitAsync();

        async ValueTask WaitAsync()
        {
            try
            {
                await wait.ConfigureAwait(false);
            }
            finally
            {
                await _plan.BeLateAsync().ConfigureAwait(false);
            }
        }
    }
}
