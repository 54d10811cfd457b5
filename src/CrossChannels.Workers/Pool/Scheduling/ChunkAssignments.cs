using CrossChannels.Threading;

namespace CrossChannels.Workers.Pool;

/// <summary>Which chunks workers have, and what becomes of them.</summary>
/// <param name="gate">The scheduler's lock.</param>
/// <param name="queue">Gets what is taken back.</param>
/// <param name="options">Of the pool.</param>
/// <param name="scheduler">Told when a worker or a call has nothing left.</param>
internal sealed class ChunkAssignments(RankedLock gate, CallQueue queue, WorkerPoolOptions options, PoolScheduler scheduler)
{
    /// <summary>At most so many chunks are with one worker, however short they are.</summary>
    private const int MaxDepth = 64;

    private const int DepthMicroseconds = 1000;

    /// <summary>
    /// Behind a chunk that is no longer than this, one waits at least: to ask for the next one takes a worker a tenth of a millisecond.
    /// </summary>
    private const int LongMicroseconds = 20_000;

    /// <summary>The chunk that a worker has results of.</summary>
    /// <exception cref="InvalidDataException">It cannot be at this one, or not at so many of its tasks.</exception>
    public Chunk AtWork(WorkerSlot slot, int id, int count, out bool isStopped)
    {
        using (gate.Enter())
        {
            Chunk chunk = slot.Window.First?.Value ?? throw Unexpected(slot, id);
            if (chunk.Id != id || count < 0 || count > chunk.Left)
                throw Unexpected(slot, id);
            isStopped = chunk.Call.StopReason is not null;
            return chunk;
        }
    }

    /// <summary>Notes that tasks of the chunk at work are done.</summary>
    /// <param name="slot">The worker.</param>
    /// <param name="chunk">Its chunk at work.</param>
    /// <param name="count">How many are done.</param>
    /// <param name="state">Whether that is all of it.</param>
    /// <param name="microseconds">How long the whole of it took.</param>
    public void Advance(WorkerSlot slot, Chunk chunk, int count, ChunkState state, int microseconds)
    {
        PoolCall call = chunk.Call;
        bool isLeaving = false;
        WorkerMetrics.TasksCompleted(count, scheduler.TagsOf(call));
        using (gate.Enter())
        {
            chunk.Advance(count);
            if (state == ChunkState.Partial)
            {
                slot.Clock.Start();
                return;
            }
            slot.Window.RemoveFirst();
            slot.Depth = options.TaskTimeout == Timeout.InfiniteTimeSpan ? DepthFor(microseconds) : 1;
            call.InFlight--;
            slot.Clock.Stop();
            if (slot.TasksLeft == 0 && slot.Window.Count == 0 && !slot.IsLeaving)
                isLeaving = slot.IsLeaving = true;
        }
        int ran = chunk.Done + (state == ChunkState.Failed ? 1 : 0);
        if (ran > 0)
            WorkerMetrics.TasksRan(microseconds / 1e6 / ran, scheduler.TagsOf(call));
        if (isLeaving)
            scheduler.Leave(slot);
        if (call.InFlight == 0)
            scheduler.CheckOver(call);
    }

    /// <summary>Takes back the last tasks of a chunk that is about to be sent: it is too large, or the next task cannot be sent.</summary>
    /// <param name="slot">The worker.</param>
    /// <param name="chunk">Its chunk.</param>
    /// <param name="count">How many tasks stay.</param>
    /// <param name="isNeeded">Whether the others are to be run elsewhere.</param>
    /// <returns>False if the worker is gone, and all of the chunk has been taken back.</returns>
    public bool Cut(WorkerSlot slot, Chunk chunk, int count, bool isNeeded)
    {
        using (gate.Enter())
        {
            if (!slot.Window.Contains(chunk))
                return false;
            Chunk rest = chunk.CutTo(count);
            slot.TasksLeft += options.MaxTasksPerWorker is null ? 0 : rest.Left;
            if (isNeeded && chunk.Call.StopReason is null)
            {
                chunk.Call.Return(rest);
                queue.Add(chunk.Call);
            }
            return true;
        }
    }

    /// <summary>Takes back chunks that a worker has not begun.</summary>
    /// <exception cref="InvalidDataException">It does not have them.</exception>
    public void TakeBack(WorkerSlot slot, IReadOnlyList<int> ids)
    {
        PoolCall? call = null;
        using (gate.Enter())
        {
            slot.IsRecalling = false;
            foreach (int id in ids)
            {
                // Not always the last, since another may be on its way; the first where the worker had done all before it.
                LinkedListNode<Chunk>? node = slot.Window.Last;
                while (node is not null && node.Value.Id != id)
                    node = node.Previous;
                if (node is null)
                    throw Unexpected(slot, id);
                Chunk chunk = node.Value;
                call = chunk.Call;
                slot.Window.Remove(node);
                slot.TasksLeft += options.MaxTasksPerWorker is null ? 0 : chunk.Left;
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

    /// <summary>Takes back what a lost worker had.</summary>
    /// <returns>Why its call fails, if it was lost too often with it.</returns>
    public WorkerLostException? GiveBackLocked(WorkerSlot slot, Chunk chunk, bool isFirst, WorkerExit? exit, Exception? error)
    {
        gate.AssertHeld();
        int attempts = isFirst ? chunk.Attempts + 1 : chunk.Attempts;
        if (attempts > (chunk.Call.CanRetry ? options.MaxRetries : 0))
        {
            return new WorkerLostException(
                $"{slot.Name} was lost in {chunk.Call.Method.DisplayName}{AtItems(chunk)}: {WorkerLife.Describe(exit)}.",
                exit,
                error);
        }
        chunk.Call.Suspect(chunk, attempts);
        queue.Add(chunk.Call);
        return null;
    }

    private static string AtItems(Chunk chunk) =>
        !chunk.Call.HasItems ? ""
        : chunk.Left == 1 ? $" at item {chunk.Next}"
        : $" at one of the items {chunk.Next} to {chunk.Next + chunk.Left - 1}";

    private static int DepthFor(int microseconds) =>
        Math.Clamp(DepthMicroseconds / Math.Max(microseconds, 1), microseconds <= LongMicroseconds ? 2 : 1, MaxDepth);

    private static InvalidDataException Unexpected(WorkerSlot slot, int id) =>
        new($"{slot.Name} answered for chunk {id}, which is not at work there.");
}
