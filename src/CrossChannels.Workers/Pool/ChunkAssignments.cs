namespace CrossChannels.Workers.Pool;

/// <summary>Which chunks workers have, and what becomes of them.</summary>
/// <param name="gate">The scheduler's lock.</param>
/// <param name="queue">Gets what is taken back.</param>
/// <param name="settings">Of the pool.</param>
/// <param name="scheduler">Told when a worker or a call has nothing left.</param>
internal sealed class ChunkAssignments(Lock gate, CallQueue queue, WorkerPoolOptions settings, PoolScheduler scheduler)
{
    /// <summary>At most so many chunks are with one worker, however short they are.</summary>
    private const int MaxDepth = 64;

    private const int DepthMicroseconds = 1000;

    /// <summary>Behind a chunk that is no longer than this, one waits at least: to ask for the next one takes a worker a tenth of a millisecond.</summary>
    private const int LongMicroseconds = 20_000;

    /// <summary>The chunk that a worker has results of.</summary>
    /// <exception cref="InvalidDataException">It cannot be at this one, or not at so many of its tasks.</exception>
    public Chunk AtWork(WorkerSlot seat, int id, int count, out bool isStopped)
    {
        lock (gate)
        {
            Chunk chunk = seat.Window.First?.Value ?? throw Unexpected(seat, id);
            if (chunk.Id != id || count < 0 || count > chunk.Left)
                throw Unexpected(seat, id);
            isStopped = chunk.Call.StopReason is not null;
            return chunk;
        }
    }

    /// <summary>Notes that tasks of the chunk at work are done.</summary>
    /// <param name="seat">The worker.</param>
    /// <param name="chunk">Its chunk at work.</param>
    /// <param name="count">How many are done.</param>
    /// <param name="state">Whether that is all of it.</param>
    /// <param name="microseconds">How long the whole of it took.</param>
    public void Advance(WorkerSlot seat, Chunk chunk, int count, ChunkState state, int microseconds)
    {
        PoolCall call = chunk.Call;
        bool isLeaving = false;
        lock (gate)
        {
            chunk.Advance(count);
            if (state == ChunkState.Partial)
            {
                seat.Clock.Start();
                return;
            }
            seat.Window.RemoveFirst();
            seat.Depth = settings.TaskTimeout == Timeout.InfiniteTimeSpan ? DepthFor(microseconds) : 1;
            call.InFlight--;
            seat.Clock.Stop();
            if (seat.TasksLeft == 0 && seat.Window.Count == 0 && !seat.IsLeaving)
                isLeaving = seat.IsLeaving = true;
        }
        if (isLeaving)
            scheduler.Leave(seat);
        if (call.InFlight == 0)
            scheduler.CheckOver(call);
    }

    /// <summary>Takes back chunks that a worker has not begun.</summary>
    /// <exception cref="InvalidDataException">It does not have them.</exception>
    public void TakeBack(WorkerSlot seat, IReadOnlyList<int> ids)
    {
        PoolCall? call = null;
        lock (gate)
        {
            seat.IsRecalling = false;
            foreach (int id in ids)
            {
                // Not always the last, since another may be on its way; the first where the worker had done all before it.
                LinkedListNode<Chunk>? node = seat.Window.Last;
                while (node is not null && node.Value.Id != id)
                    node = node.Previous;
                if (node is null)
                    throw Unexpected(seat, id);
                Chunk chunk = node.Value;
                call = chunk.Call;
                seat.Window.Remove(node);
                seat.TasksLeft += settings.MaxTasksPerWorker is null ? 0 : chunk.Left;
                call.InFlight--;
                if (call.StopReason is null)
                {
                    call.Return(chunk);
                    queue.Add(call);
                }
            }
        }
        if (call is null)
            return;
        scheduler.Dispatch();
        scheduler.CheckOver(call);
    }

    /// <summary>Takes back what a lost worker had, under the lock.</summary>
    /// <returns>Why its call fails, if it was lost too often with it.</returns>
    public WorkerLostException? GiveBack(WorkerSlot seat, Chunk chunk, bool isFirst, WorkerExit? exit, Exception? error)
    {
        int attempts = isFirst ? chunk.Attempts + 1 : chunk.Attempts;
        if (attempts > (chunk.Call.CanRetry ? settings.MaxRetries : 0))
        {
            string which = chunk.Left == 1 ? $"task {chunk.Next}" : $"one of the tasks {chunk.Next} to {chunk.Next + chunk.Left - 1}";
            return new WorkerLostException($"{seat.Name} was lost at {which} of {chunk.Call.Method.DisplayName}: {WorkerSupervisor.Describe(exit)}.", exit, error);
        }
        chunk.Call.Suspect(chunk, attempts);
        queue.Add(chunk.Call);
        return null;
    }

    private static int DepthFor(int microseconds) =>
        Math.Clamp(DepthMicroseconds / Math.Max(microseconds, 1), microseconds <= LongMicroseconds ? 2 : 1, MaxDepth);

    private static InvalidDataException Unexpected(WorkerSlot seat, int id) => new($"{seat.Name} spoke of chunk {id}, which is not at work there.");
}
