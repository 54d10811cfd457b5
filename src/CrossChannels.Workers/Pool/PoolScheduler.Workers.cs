using System.Threading.Channels;

namespace CrossChannels.Workers.Pool;

/// <content>The life of a worker.</content>
internal sealed partial class PoolScheduler
{
    private const int BatchSize = 64;

    // A worker whose link has ended is about to exit, with a code that tells why.
    private static readonly TimeSpan s_exitTimeout = TimeSpan.FromSeconds(5);

    private void Begin(WorkerSeat seat)
    {
        lock (_gate)
        {
            if (seat.HasBegun)
                return;
            seat.HasBegun = true;
        }
        _ = LiveAsync(seat);
    }

    private async Task LiveAsync(WorkerSeat seat)
    {
        Exception? error = null;
        WorkerExit? exit = null;
        IPoolWorker? worker = null;
        try
        {
            seat.LimitStart(settings.StartTimeout);
            worker = await factory(seat.Name, seat.Starting).ConfigureAwait(false);
            bool isDoomed;
            bool isLeaving;
            lock (_gate)
            {
                isDoomed = seat.Attach(worker);
                isLeaving = seat.IsLeaving;
            }
            if (isDoomed)
                worker.Kill();
            else if (isLeaving)
                worker.Link.Writer.TryComplete();
            CancellationTokenRegistration killing = seat.Starting.UnsafeRegister(static state => ((IPoolWorker)state!).Kill(), worker);
            try
            {
                await InitializeAsync(seat, worker).ConfigureAwait(false);
                await ReceiveAsync(seat, worker).ConfigureAwait(false);
            }
            finally
            {
                // Not disposed, which would wait for a kill that is at work and may itself wait for this.
                killing.Unregister();
            }
        }
        catch (ChannelClosedException)
        {
            // How the process ended tells more.
        }
#pragma warning disable CA1031 // It is told to the calls, or by the log.
        catch (Exception e)
#pragma warning restore CA1031
        {
            error = e;
            worker?.Kill();
        }
        if (worker is not null)
            exit = await EndAsync(worker).ConfigureAwait(false);
        seat.Given?.Withdraw(new ConnectionLostException(
            $"{seat.Name} was lost before it opened its end: {(exit is null ? "it is not known how" : exit.ToString())}.",
            error ?? seat.StartFailure, exitCode: exit?.ExitCode));
        Lose(seat, exit, error);
    }

    private static async Task<WorkerExit?> EndAsync(IPoolWorker worker)
    {
        try
        {
            await Task.WhenAny(worker.Exited, Task.Delay(s_exitTimeout)).ConfigureAwait(false);
            if (!worker.Exited.IsCompleted)
                worker.Kill();
            WorkerExit exit = await worker.Exited.ConfigureAwait(false);
            await worker.DisposeAsync().ConfigureAwait(false);
            return exit;
        }
#pragma warning disable CA1031 // The worker is gone all the same.
        catch (Exception)
#pragma warning restore CA1031
        {
            return null;
        }
    }

    private async Task InitializeAsync(WorkerSeat seat, IPoolWorker worker)
    {
        if (settings.Initializer is { } initializer)
            seat.Given = await initializer.GiveAsync(seat.Name, CancellationToken.None).ConfigureAwait(false);
        var writer = new TaskWriter { Ends = seat.Given };
        writer.Begin((byte)PoolMessage.Initialize);
        writer.Byte(settings.TaskTimeout == Timeout.InfiniteTimeSpan ? (byte)0 : (byte)1);
        writer.Byte(settings.Initializer is null ? (byte)0 : (byte)1);
        settings.Initializer?.Write(writer);
        await worker.Link.Writer.WriteAsync(writer.Written).ConfigureAwait(false);
    }

    /// <summary>Takes what a worker says until its link ends.</summary>
    private async Task ReceiveAsync(WorkerSeat seat, IPoolWorker worker)
    {
        var batch = new ReadOnlyMemory<byte>[BatchSize];
        while (true)
        {
            int count = await worker.Link.Reader.ReadManyAsync(batch).ConfigureAwait(false);
            for (int i = 0; i < count; i++)
            {
                Take(seat, new TaskReader(batch[i]));
                batch[i] = default;
            }
            _ = FeedAsync(seat);
        }
    }

    private void Take(WorkerSeat seat, TaskReader reader)
    {
        switch ((PoolMessage)reader.Byte())
        {
            case PoolMessage.Ready:
                lock (_gate)
                {
                    seat.BeReady();
                    _failedStarts = 0;
                }
                break;
            case PoolMessage.NotReady:
                lock (_gate)
                    seat.StartFailure = RemoteFailure.Read(reader);
                Kill(seat);
                break;
            case PoolMessage.Results:
                TakeResults(seat, reader);
                break;
            case PoolMessage.Returned:
                TakeReturned(seat, reader);
                break;
            default:
                throw new InvalidDataException($"{seat.Name} sent a message that this build does not know.");
        }
    }

    private void TakeResults(WorkerSeat seat, TaskReader reader)
    {
        int id = reader.Int32();
        var state = (ChunkState)reader.Byte();
        int microseconds = reader.Int32();
        int count = reader.Int32();
        Chunk chunk;
        bool isStopped;
        lock (_gate)
        {
            chunk = seat.Window.First?.Value ?? throw Unexpected(seat, id);
            if (chunk.Id != id || count < 0 || count > chunk.Left)
                throw Unexpected(seat, id);
            isStopped = chunk.Call.StopReason is not null;
        }
        PoolCall call = chunk.Call;
        if (!isStopped && TryRead(chunk, count, reader) && state == ChunkState.Failed)
            Stop(call, RemoteFailure.Read(reader));
        bool isLeaving = false;
        lock (_gate)
        {
            chunk.Advance(count);
            if (state == ChunkState.Partial)
            {
                StartClock(seat);
                return;
            }
            seat.Window.RemoveFirst();
            seat.Depth = settings.TaskTimeout == Timeout.InfiniteTimeSpan ? DepthFor(microseconds) : 1;
            call.InFlight--;
            StopClock(seat);
            if (seat.TasksLeft == 0 && seat.Window.Count == 0 && !seat.IsLeaving)
                isLeaving = seat.IsLeaving = true;
        }
        if (isLeaving)
            Leave(seat);
        if (call.InFlight == 0)
            CheckOver(call);
    }

    private static int DepthFor(int microseconds) =>
        Math.Clamp(DepthMicroseconds / Math.Max(microseconds, 1), microseconds <= LongMicroseconds ? 2 : 1, MaxDepth);

    private bool TryRead(Chunk chunk, int count, TaskReader reader)
    {
        try
        {
            chunk.Call.Read(chunk, count, reader);
            return true;
        }
#pragma warning disable CA1031 // A serializer, or a receiver of progress, may throw anything, and its call is to know.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Stop(chunk.Call, e);
            return false;
        }
    }

    private void TakeReturned(WorkerSeat seat, TaskReader reader)
    {
        int count = reader.Int32();
        PoolCall? call = null;
        lock (_gate)
        {
            seat.IsRecalling = false;
            for (int i = 0; i < count; i++)
            {
                int id = reader.Int32();

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
                    Queue(call);
                }
            }
        }
        if (call is null)
            return;
        Dispatch();
        CheckOver(call);
    }

    /// <summary>Lets a worker end by itself.</summary>
    private void Leave(WorkerSeat seat)
    {
        IPoolWorker? worker;
        lock (_gate)
            worker = seat.Worker;
        worker?.Link.Writer.TryComplete();
        _ = HurryAsync(seat, worker);
    }

    private async Task HurryAsync(WorkerSeat seat, IPoolWorker? worker)
    {
        if (worker is not null)
            await Task.WhenAny(worker.Exited, Task.Delay(s_exitTimeout)).ConfigureAwait(false);
        if (worker?.Exited.IsCompleted != true)
            Kill(seat);
    }

    private void Lose(WorkerSeat seat, WorkerExit? exit, Exception? error)
    {
        List<(PoolCall Call, Exception? Reason)> hit = [];
        lock (_gate)
        {
            _seats.Remove(seat);
            bool wasReady = seat.IsReady;
            bool isUnwanted = seat.IsLeaving || _isTerminated;
            if (!wasReady && !isUnwanted)
            {
                _failedStarts++;
                _startError = StartError(seat, exit, error);
            }
            if (wasReady)
                seat.BeGone(null);
            else
                seat.BeGone(isUnwanted ? new OperationCanceledException("The pool was completed or terminated while its workers started.") : _startError);
            bool isFirst = true;
            foreach (Chunk chunk in seat.Window)
            {
                chunk.Call.InFlight--;
                hit.Add((chunk.Call, chunk.Call.StopReason is null ? GiveBack(seat, chunk, isFirst, exit, error) : null));
                isFirst = false;
            }
            seat.Window.Clear();
            if (HasGivenUp)
            {
                foreach (PoolCall call in _calls)
                    hit.Add((call, _startError));
            }
        }
        if (_logger is not null && !seat.IsLeaving && !_isTerminated)
            Log.Lost(_logger, seat.Name, exit, error ?? seat.StartFailure);
        foreach ((PoolCall call, Exception? reason) in hit)
        {
            if (reason is not null)
                Stop(call, reason);
            CheckOver(call);
        }
        Dispatch();
        CheckEnd();
    }

    private WorkerLostException? GiveBack(WorkerSeat seat, Chunk chunk, bool isFirst, WorkerExit? exit, Exception? error)
    {
        int attempts = isFirst ? chunk.Attempts + 1 : chunk.Attempts;
        if (attempts > (chunk.Call.CanRetry ? settings.MaxRetries : 0))
        {
            string which = chunk.Left == 1 ? $"task {chunk.Next}" : $"one of the tasks {chunk.Next} to {chunk.Next + chunk.Left - 1}";
            return new WorkerLostException(
                $"{seat.Name} was lost at {which} of {chunk.Call.Method.DisplayName}: {(exit is null ? "it is not known how" : exit.ToString())}.", exit, error);
        }
        chunk.Call.Suspect(chunk, attempts);
        Queue(chunk.Call);
        return null;
    }

    private WorkerLostException StartError(WorkerSeat seat, WorkerExit? exit, Exception? error)
    {
        if (seat.StartFailure is { } failure)
            return new WorkerLostException($"The initializer failed in {seat.Name}, start {_failedStarts} in a row: {failure.Message}", exit, failure);
        if (HasTimedOut(seat))
            return new WorkerLostException($"{seat.Name} was not ready within {settings.StartTimeout}.", exit, error);
        return exit is null && error is not null
            ? new WorkerLostException($"{seat.Name} could not be started: {error.Message}", exit, error)
            : new WorkerLostException($"{seat.Name} was lost while it started: {(exit is null ? "it is not known how" : exit.ToString())}.", exit, error);
    }

    private static bool HasTimedOut(WorkerSeat seat) => seat.Starting.IsCancellationRequested && !seat.IsKilled;

    private static InvalidDataException Unexpected(WorkerSeat seat, int id) => new($"{seat.Name} spoke of chunk {id}, which is not at work there.");
}
