namespace CrossChannels.Workers.Pool;

/// <content>Gives chunks to workers.</content>
internal sealed partial class PoolScheduler
{
    /// <summary>Gives a worker all that it has room for. One caller at a time does it, and looks until there is nothing to give.</summary>
    private async Task FeedAsync(WorkerSeat seat)
    {
        lock (_gate)
        {
            if (seat.IsFed)
                return;
            seat.IsFed = true;
        }
        while (true)
        {
            Chunk? chunk;
            WorkerSeat? rich = null;
            lock (_gate)
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

    private Chunk? TakeFor(WorkerSeat seat)
    {
        if (!seat.IsReady || seat.IsLeaving || seat.IsKilled || _isTerminated || seat.TasksLeft == 0)
            return null;
        bool isIdle = seat.Window.Count == 0;
        if (!isIdle && !MayQueueBehind(seat))
            return null;
        for (int turns = _ready.Count; turns > 0; turns--)
        {
            PoolCall call = _ready.Dequeue();
            Chunk? chunk = call.Pending > 0 ? call.Take(seat.TasksLeft, isIdle) : null;
            if (call.Pending > 0)
                _ready.Enqueue(call);
            else
                call.IsQueued = false;
            if (chunk is null)
                continue;
            chunk.Id = ++_chunkCount;
            call.InFlight++;
            seat.TasksLeft -= chunk.Left;
            seat.Window.AddLast(chunk);
            if (isIdle)
                StartClock(seat);
            return chunk;
        }
        return null;
    }

    /// <summary>Only short chunks of the one call that there is wait at a worker.</summary>
    private bool MayQueueBehind(WorkerSeat seat)
    {
        Chunk first = seat.Window.First!.Value;
        return seat.Window.Count < seat.Depth && !first.IsSuspect && _ready.Count == 1 && _ready.Peek() == first.Call;
    }

    /// <summary>A worker with something behind its task, which can be taken back.</summary>
    private WorkerSeat? FindRich()
    {
        WorkerSeat? richest = null;
        foreach (WorkerSeat seat in _seats)
        {
            if (!seat.IsRecalling && seat.Window.Count > 1 && seat.Window.Count > (richest?.Window.Count ?? 0))
                richest = seat;
        }
        if (richest is not null)
            richest.IsRecalling = true;
        return richest;
    }

    private void Recall(WorkerSeat seat)
    {
        int half;
        lock (_gate)
            half = Math.Max(1, seat.Window.Count / 2);
        Send(seat, PoolMessage.Recall, half);
    }

    private async ValueTask GiveAsync(WorkerSeat seat, Chunk chunk)
    {
        PoolCall call = chunk.Call;
        try
        {
            CrossChannelWriter<ReadOnlyMemory<byte>> link = seat.Worker!.Link.Writer;
            TaskWriter writer = seat.Writer;
            if (seat.Methods.Add(call.Method.Id))
            {
                writer.Begin((byte)PoolMessage.Define);
                call.Method.Write(writer);
                await WriteAsync(link, writer).ConfigureAwait(false);
            }
            writer.Begin((byte)PoolMessage.Chunk);
            writer.Int32(chunk.Id);
            writer.Int32(call.Id);
            writer.Int32(call.Method.Id);
            int at = writer.Reserve();
            int count = chunk.Left;
            try
            {
                call.Write(chunk, writer);
                writer.Patch(at, count);
            }
#pragma warning disable CA1031 // A serializer may throw anything, and its call is to know.
            catch (Exception e)
#pragma warning restore CA1031
            {
#pragma warning disable MA0015 // It is the caller's argument, and no parameter here.
                Stop(call, new ArgumentException(
                    $"One of the items {chunk.Next} to {chunk.Next + count - 1} for {call.Method.DisplayName} cannot go to another process: {e.Message}", e));
#pragma warning restore MA0015
                // The worker answers for a chunk of nothing, as it does for all others: in order.
                writer.Begin((byte)PoolMessage.Chunk);
                writer.Int32(chunk.Id);
                writer.Int32(call.Id);
                writer.Int32(call.Method.Id);
                writer.Int32(0);
            }
            await WriteAsync(link, writer).ConfigureAwait(false);

            // Its cancellation may have overtaken it.
            if (call.StopReason is not null)
                Send(seat, PoolMessage.Cancel, call.Id);
        }
#pragma warning disable CA1031 // The link is over, or does not take this chunk: the worker cannot answer any more.
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (e is ItemTooLargeException)
                Stop(call, e);
            Kill(seat);
        }
    }

    private static ValueTask WriteAsync(CrossChannelWriter<ReadOnlyMemory<byte>> link, TaskWriter writer) =>
        link.TryWrite(writer.Written) ? default : link.WriteAsync(writer.Written);

    /// <summary>Sends a small message, without waiting.</summary>
    private static void Send(WorkerSeat seat, PoolMessage kind, int number)
    {
        if (seat.Worker is not { } worker)
            return;
        var writer = new TaskWriter();
        writer.Begin((byte)kind);
        writer.Int32(number);
        if (!worker.Link.Writer.TryWrite(writer.Written))
            _ = SendSlowAsync(worker, writer);
    }

    private static async Task SendSlowAsync(IPoolWorker worker, TaskWriter writer)
    {
        try
        {
            await worker.Link.Writer.WriteAsync(writer.Written).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The link is over: nobody is there to hear it.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    private void Kill(WorkerSeat seat)
    {
        lock (_gate)
            seat.Doom();
        seat.Kill();
    }

    private void StartClock(WorkerSeat seat)
    {
        if (settings.TaskTimeout == Timeout.InfiniteTimeSpan)
            return;
        seat.Deadline = Environment.TickCount64 + (long)settings.TaskTimeout.TotalMilliseconds;
        seat.Clock ??= new Timer(CheckClock, seat, Timeout.Infinite, Timeout.Infinite);
        seat.Clock.Change(settings.TaskTimeout, Timeout.InfiniteTimeSpan);
    }

    private static void StopClock(WorkerSeat seat)
    {
        seat.Deadline = long.MaxValue;
        seat.Clock?.Change(Timeout.Infinite, Timeout.Infinite);
    }

    private void CheckClock(object? state)
    {
        var seat = (WorkerSeat)state!;
        Chunk chunk;
        lock (_gate)
        {
            if (seat.Window.First is not { } first || seat.Deadline == long.MaxValue || seat.IsKilled)
                return;
            long left = seat.Deadline - Environment.TickCount64;
            if (left > 0)
            {
                seat.Clock!.Change(left, Timeout.Infinite);
                return;
            }
            chunk = first.Value;
            seat.Doom();
        }
        Stop(chunk.Call, new TimeoutException(
            $"Task {chunk.Next} of {chunk.Call.Method.DisplayName} did not end within {settings.TaskTimeout}; its worker was killed."));
        seat.Kill();
    }
}
