using CrossChannels.Threading;

namespace CrossChannels.Workers.Pool;

/// <summary>Gives chunks to workers, and takes chunks back from those with many for those with none.</summary>
/// <param name="gate">The scheduler's lock.</param>
/// <param name="queue">What waits for a worker.</param>
/// <param name="slots">All workers; the scheduler changes it.</param>
/// <param name="scheduler">Told what cannot be given.</param>
internal sealed class ChunkDispatcher(RankedLock gate, CallQueue queue, List<WorkerSlot> slots, PoolScheduler scheduler)
{
    /// <summary>Gives a worker all that it has room for. One caller at a time does it, and looks until there is nothing to give.</summary>
    public async Task FeedAsync(WorkerSlot slot)
    {
        using (gate.Enter())
        {
            if (slot.IsBeingFed)
                return;
            slot.IsBeingFed = true;
        }
        while (true)
        {
            Chunk? chunk;
            WorkerSlot? longest = null;
            using (gate.Enter())
            {
                chunk = TakeLocked(slot);

                // In the same lock: whoever queues something from now on finds the slot free, and feeds it.
                if (chunk is null)
                {
                    slot.IsBeingFed = false;
                    if (slot.IsReady && slot.Window.Count == 0 && !slot.IsLeaving)
                        longest = FindLongestLocked();
                }
            }
            if (chunk is null)
            {
                if (longest is not null)
                    Recall(longest);
                return;
            }
            await GiveAsync(slot, chunk).ConfigureAwait(false);
        }
    }

    private Chunk? TakeLocked(WorkerSlot slot)
    {
        gate.AssertHeld();
        if (!slot.IsReady || slot.IsLeaving || slot.IsKilled || slot.TasksLeft == 0)
            return null;
        bool isIdle = slot.Window.Count == 0;
        if (!isIdle && !MayQueueBehind(slot))
            return null;
        Chunk? chunk = queue.Take(slot.TasksLeft, isIdle);
        if (chunk is null)
            return null;

        // Before it is sent: if the worker dies meanwhile, the chunk is among those that are taken back.
        slot.TasksLeft -= chunk.Left;
        slot.Window.AddLast(chunk);
        if (isIdle)
            slot.Clock.Start();
        return chunk;
    }

    /// <summary>Only short chunks of the one call that there is wait at a worker.</summary>
    private bool MayQueueBehind(WorkerSlot slot)
    {
        Chunk first = slot.Window.First!.Value;
        return slot.Window.Count < slot.Depth && !first.IsSuspect && queue.HasOnly(first.Call);
    }

    /// <summary>A worker with something behind its task, which can be taken back.</summary>
    private WorkerSlot? FindLongestLocked()
    {
        WorkerSlot? longest = null;
        foreach (WorkerSlot slot in slots)
        {
            if (!slot.IsRecalling && slot.Window.Count > 1 && slot.Window.Count > (longest?.Window.Count ?? 0))
                longest = slot;
        }
        if (longest is not null)
            longest.IsRecalling = true;
        return longest;
    }

    private void Recall(WorkerSlot slot)
    {
        int half;
        using (gate.Enter())
            half = Math.Max(1, slot.Window.Count / 2);
        slot.Connection?.Send(PoolMessage.Recall, half);
    }

    /// <summary>
    /// Sends a chunk, or as much of it as one message takes; what is left goes back to its call. Nothing that was not sent costs a worker.
    /// </summary>
    private async ValueTask GiveAsync(WorkerSlot slot, Chunk chunk)
    {
        PoolCall call = chunk.Call;
        try
        {
            WorkerConnection connection = slot.Connection!;
            await connection.DefineAsync(call.Method).ConfigureAwait(false);
            int most = chunk.Left;
            while (true)
            {
                // If the worker is lost meanwhile, others may have done the chunk, and its items be gone: then it is not in the window.
                int count = connection.Prepare(chunk, most, out Exception? failure);
                if (!TryCut(slot, chunk, count, failure))
                    return;
                try
                {
                    await connection.SendAsync().ConfigureAwait(false);
                    break;
                }
                catch (ItemTooLargeException) when (count > 1)
                {
                    most = count / 2;
                }
                catch (ItemTooLargeException e)
                {
                    // An empty chunk, for which the worker answers as for all others: in order.
                    if (!TryCut(slot, chunk, 0, connection.PrepareEmpty(chunk, e)))
                        return;
                    await connection.SendAsync().ConfigureAwait(false);
                    break;
                }
            }

            // Its cancellation may have overtaken it.
            if (call.StopReason is not null)
                connection.Send(PoolMessage.Cancel, call.Id);
        }
#pragma warning disable CA1031 // The link is over: the worker can no longer answer.
        catch (Exception)
#pragma warning restore CA1031
        {
            scheduler.Kill(slot);
        }
    }

    /// <summary>Leaves a chunk as many tasks as its message has. False if its worker is gone, and others have the chunk.</summary>
    private bool TryCut(WorkerSlot slot, Chunk chunk, int count, Exception? failure)
    {
        if (count == chunk.Left && failure is null)
            return true;
        if (!scheduler.Assignments.Cut(slot, chunk, count, isNeeded: failure is null))
            return false;

        // Noted before the worker can answer for the tasks that it does get.
        if (failure is null)
            scheduler.Dispatch();
        else
            scheduler.Fail(chunk.Call, chunk.Next + count, failure);
        return true;
    }
}
