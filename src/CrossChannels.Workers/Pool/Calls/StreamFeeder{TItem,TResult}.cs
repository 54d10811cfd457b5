namespace CrossChannels.Workers.Pool;

/// <summary>Takes items from a source while there is room, and gives them to a call in chunks.</summary>
internal sealed class StreamFeeder<TItem, TResult>(PoolScheduler scheduler, StreamCall<TItem, TResult> call, int chunkSize)
{
    private List<TItem> _items = [];
    private int _first;

    public async Task RunAsync(IAsyncEnumerable<TItem> source, CancellationToken cancellationToken)
    {
        try
        {
            await TakeAsync(source, cancellationToken).ConfigureAwait(false);
            Ship();
        }
        catch (OperationCanceledException e) when (cancellationToken.IsCancellationRequested)
        {
            scheduler.Stop(call, e);
        }
#pragma warning disable CA1031 // What the source throws is the caller's, after what it gave before.
        catch (Exception e)
#pragma warning restore CA1031
        {
            call.FailSource(e);
            Ship();
        }
        finally
        {
            scheduler.Change(call, static call => call.EndSource());
        }
    }

    private async Task TakeAsync(IAsyncEnumerable<TItem> source, CancellationToken cancellationToken)
    {
        IAsyncEnumerator<TItem> items = source.GetAsyncEnumerator(cancellationToken);
        await using (items.ConfigureAwait(false))
        {
            while (true)
            {
                // What is there goes before there is anything to wait for.
                Task room = call.Room.WaitAsync(cancellationToken);
                if (!room.IsCompleted)
                    Ship();
                await room.ConfigureAwait(false);
                ValueTask<bool> next = items.MoveNextAsync();
                if (!next.IsCompleted)
                    Ship();
                if (!await next.ConfigureAwait(false))
                    return;
                _items.Add(items.Current);
                if (_items.Count == chunkSize)
                    Ship();
            }
        }
    }

    private void Ship()
    {
        if (_items.Count == 0)
            return;
        (int first, List<TItem> items) = (_first, _items);
        _first += items.Count;
        _items = [];
        call.Keep(first, items);
        scheduler.Change(call, call => call.AddChunk(first, items.Count));
    }
}
