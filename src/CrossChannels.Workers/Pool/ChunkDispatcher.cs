namespace CrossChannels.Workers.Pool;

/// <summary>Gives chunks to workers, and has those with many behind their task give some back for those with none.</summary>
/// <param name="gate">The scheduler's lock.</param>
/// <param name="queue">What waits for a worker.</param>
/// <param name="seats">All workers; the scheduler changes it.</param>
/// <param name="scheduler">Told what cannot be given.</param>
internal sealed class ChunkDispatcher(Lock gate, CallQueue queue, List<WorkerSlot> seats, PoolScheduler scheduler)
{
    /// <summary>Gives a worker all that it has room for. One caller at a time does it, and looks until there is nothing to give.</summary>
    public async Task FeedAsync(WorkerSlot seat)
    {
        lock (gate)
        {
            if (seat.IsFed)
                return;
            seat.IsFed = true;
        }
        while (true)
        {
            Chunk? chunk;
            WorkerSlot? rich = null;
            lock (gate)
            {
                chunk = TakeFor(seat);
                if (chunk is null)
                {
                    seat.IsFed = false;
                    if (seat.IsReady && seat.Window.Count == 0 && !seat.IsLeaving)
                        rich = FindRich();
                }
            }
            if (chunk is null)
            {
                if (rich is not null)
                    Recall(rich);
                return;
            }
            await GiveAsync(seat, chunk).ConfigureAwait(false);
        }
    }

    private Chunk? TakeFor(WorkerSlot seat)
    {
        if (!seat.IsReady || seat.IsLeaving || seat.IsKilled || seat.TasksLeft == 0)
            return null;
        bool isIdle = seat.Window.Count == 0;
        if (!isIdle && !MayQueueBehind(seat))
            return null;
        Chunk? chunk = queue.Take(seat.TasksLeft, isIdle);
        if (chunk is null)
            return null;
        seat.TasksLeft -= chunk.Left;
        seat.Window.AddLast(chunk);
        if (isIdle)
            seat.Clock.Start();
        return chunk;
    }

    /// <summary>Only short chunks of the one call that there is wait at a worker.</summary>
    private bool MayQueueBehind(WorkerSlot seat)
    {
        Chunk first = seat.Window.First!.Value;
        return seat.Window.Count < seat.Depth && !first.IsSuspect && queue.HasOnly(first.Call);
    }

    /// <summary>A worker with something behind its task, which can be taken back.</summary>
    private WorkerSlot? FindRich()
    {
        WorkerSlot? richest = null;
        foreach (WorkerSlot seat in seats)
        {
            if (!seat.IsRecalling && seat.Window.Count > 1 && seat.Window.Count > (richest?.Window.Count ?? 0))
                richest = seat;
        }
        if (richest is not null)
            richest.IsRecalling = true;
        return richest;
    }

    private void Recall(WorkerSlot seat)
    {
        int half;
        lock (gate)
            half = Math.Max(1, seat.Window.Count / 2);
        seat.Line?.Send(PoolMessage.Recall, half);
    }

    private bool Has(WorkerSlot seat, Chunk chunk)
    {
        lock (gate)
            return seat.Window.Contains(chunk);
    }

    private async ValueTask GiveAsync(WorkerSlot seat, Chunk chunk)
    {
        PoolCall call = chunk.Call;
        try
        {
            WorkerConnection line = seat.Line!;
            await line.DefineAsync(call.Method).ConfigureAwait(false);

            // Stopped before the worker can answer for what it got instead. If the worker is lost, others may have done the chunk and its arguments be gone.
            if (line.Prepare(chunk) is { } error && Has(seat, chunk))
                scheduler.Stop(call, error);
            await line.SendAsync().ConfigureAwait(false);

            // Its cancellation may have overtaken it.
            if (call.StopReason is not null)
                line.Send(PoolMessage.Cancel, call.Id);
        }
#pragma warning disable CA1031 // The link is over, or does not take this chunk: the worker cannot answer any more.
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (e is ItemTooLargeException)
                scheduler.Stop(call, e);
            scheduler.Kill(seat);
        }
    }
}
