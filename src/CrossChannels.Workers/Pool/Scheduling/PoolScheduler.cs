using CrossChannels.Threading;
using Microsoft.Extensions.Logging;

namespace CrossChannels.Workers.Pool;

/// <summary>
/// Which worker runs what, when workers start, and when calls are over. One lock guards all of it; no code of a user's runs under it.
/// </summary>
internal sealed class PoolScheduler
{
    private readonly RankedLock _gate = new(LockRank.PoolScheduler);
    private readonly WorkerPoolOptions _options;
    private readonly PoolWorkerFactory _factory;
    private readonly ILogger? _logger;
    private readonly List<WorkerSlot> _slots = [];
    private readonly HashSet<PoolCall> _calls = [];
    private readonly CallQueue _queue;
    private readonly ChunkDispatcher _dispatcher;
    private readonly WorkerReplacement _replacement;
    private readonly TaskCompletionSource _joined = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isCompleted;
    private bool _isTerminated;

    public PoolScheduler(int size, WorkerPoolOptions options, PoolWorkerFactory factory)
    {
        Size = size;
        _options = options;
        _factory = factory;
        _logger = options.Logger;
        _queue = new CallQueue(_gate);
        _dispatcher = new ChunkDispatcher(_gate, _queue, _slots, this);
        _replacement = new WorkerReplacement(_gate, size, Name, options, _slots, EndOverdue);
        Assignments = new ChunkAssignments(_gate, _queue, options, this);
    }

    public int Size { get; }

    /// <summary>What its workers are named by.</summary>
    public string Name => _options.Worker?.Name ?? "pool-worker";

    /// <summary>What workers have to do.</summary>
    public ChunkAssignments Assignments { get; }

    /// <summary>Done when the pool is complete, all calls are over and all workers gone.</summary>
    public Task Joined => _joined.Task;

    public bool IsCompleted
    {
        get
        {
            using (_gate.Enter())
                return _isCompleted;
        }
    }

    /// <summary>Process ids of the workers that are ready.</summary>
    public int[] ProcessIds
    {
        get
        {
            using (_gate.Enter())
                return [.. _slots.Where(static slot => slot.IsReady).Select(static slot => slot.Worker!.ProcessId)];
        }
    }

    /// <exception cref="InvalidOperationException">The pool is complete.</exception>
    public void ThrowIfCompleted()
    {
        using (_gate.Enter())
            ThrowIfCompletedLocked();
    }

    /// <summary>How many tasks wait and run now.</summary>
    public PoolLoad GetLoad()
    {
        using (_gate.Enter())
        {
            long given = 0, running = 0;
            foreach (WorkerSlot slot in _slots)
            {
                given += slot.Window.Sum(static chunk => (long)chunk.Left);
                running += slot.Window.Count > 0 ? 1 : 0;
            }
            return new PoolLoad(_calls.Sum(static call => call.PendingTasks) + given - running, running);
        }
    }

    /// <summary>What the measurements of a call's tasks are tagged with.</summary>
    public PoolTags TagsOf(PoolCall call) => new(Name, call.Method.DisplayName);

    public void Submit(PoolCall call, CancellationToken cancellationToken)
    {
        using (_gate.Enter())
        {
            ThrowIfCompletedLocked();

            // Not while others wait for workers that fail to start: calls that keep coming would put off the end of all of them for ever.
            if (_calls.Count == 0 || _replacement.HasGivenUp || _slots.Exists(static slot => slot.IsReady))
                _replacement.Forgive();
            _calls.Add(call);
            _queue.Add(call);
        }
        if (cancellationToken.CanBeCanceled)
        {
            CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
                _ => Stop(call, new OperationCanceledException(cancellationToken)), null);
            bool isFinished;
            using (_gate.Enter())
            {
                call.Registration = registration;
                isFinished = call.IsFinished;
            }
            if (isFinished)
                registration.Unregister();
        }
        Dispatch();
        CheckOver(call);
    }

    /// <summary>Changes what a call has to run, under the lock.</summary>
    public void Change<TCall>(TCall call, Action<TCall> change)
        where TCall : PoolCall
    {
        using (_gate.Enter())
        {
            if (call.StopReason is not null || call.IsFinished)
                return;
            change(call);
            _queue.Add(call);
        }
        Dispatch();
        CheckOver(call);
    }

    /// <summary>
    /// Notes that a task failed. The call ends with it, at once or, if its results come in order, when those before the task are there;
    /// what stands behind it
    /// is not begun.
    /// </summary>
    public void Fail(PoolCall call, int task, Exception reason)
    {
        WorkerMetrics.TaskFailed(TagsOf(call));
        // Outside the lock, since it takes that of the results.
        if (call.Fail(task, reason) is { } now)
        {
            Stop(call, now);
            return;
        }
        using (_gate.Enter())
        {
            if (call.StopReason is null)
                call.DropFrom(task);
        }
        CheckOver(call);
    }

    /// <summary>Ends a call: nothing more of it begins, what runs is told, and killed if it does not end in time.</summary>
    public void Stop(PoolCall call, Exception reason)
    {
        List<WorkerSlot> told;
        using (_gate.Enter())
        {
            if (!call.TryStop(reason))
                return;

            // After the call has stopped: a worker that is given a chunk of it from now on is told by who gave it.
            told = _slots.FindAll(slot => slot.Has(call));
        }
        foreach (WorkerSlot slot in told)
            slot.Connection?.Send(PoolMessage.Cancel, call.Id);
        if (told.Count > 0 && _options.CancelTimeout != Timeout.InfiniteTimeSpan)
            _ = KillLateAsync(call);
        CheckOver(call);
    }

    /// <summary>Starts what is missing; done when all workers are ready at one time.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        List<WorkerSlot> started;
        using (_gate.Enter())
        {
            ThrowIfCompletedLocked();
            started = _replacement.StartAll(start);
        }
        started.ForEach(Begin);
        return start.Task.WaitAsync(cancellationToken);
    }

    public void Complete()
    {
        using (_gate.Enter())
            _isCompleted = true;
        CheckEnd();
    }

    public void Terminate()
    {
        PoolCall[] calls;
        WorkerSlot[] slots;
        using (_gate.Enter())
        {
            _isCompleted = true;
            _isTerminated = true;
            calls = [.. _calls];
            slots = [.. _slots];
            _slots.ForEach(static slot => slot.MarkKilled());
        }
        // First, since a call must not end for the loss of its worker.
        foreach (PoolCall call in calls)
            Stop(call, new OperationCanceledException("The pool was terminated."));
        foreach (WorkerSlot slot in slots)
            slot.Kill();
        CheckEnd();
    }

    /// <summary>A worker's process has been started; a worker that is no longer wanted is let go at once.</summary>
    /// <returns>What is said to it from now on.</returns>
    public WorkerConnection Attach(WorkerSlot slot, IPoolWorker worker)
    {
        var connection = new WorkerConnection(worker.Link.Writer);
        bool isKilled, isLeaving;
        using (_gate.Enter())
        {
            slot.Attach(worker, connection);
            isKilled = slot.IsKilled;
            isLeaving = slot.IsLeaving;
        }
        if (isKilled)
            worker.Kill();
        else if (isLeaving)
            connection.Complete();
        return connection;
    }

    public void SetReady(WorkerSlot slot)
    {
        using (_gate.Enter())
        {
            if (slot.TrySetReady())
                _replacement.OnReady();
        }
    }

    /// <summary>A worker said that it cannot work.</summary>
    public void FailStart(WorkerSlot slot, WorkerFailedException failure)
    {
        using (_gate.Enter())
            slot.StartFailure = failure;
        Kill(slot);
    }

    /// <summary>Gives a worker what it has room for, without waiting.</summary>
    public void Feed(WorkerSlot slot) => _ = _dispatcher.FeedAsync(slot);

    /// <summary>A worker is gone; what it had is given to others, or its call fails.</summary>
    public void Lose(WorkerSlot slot, WorkerExit? exit, Exception? error)
    {
        List<(PoolCall Call, int Task, Exception? Reason)> hit = [];
        List<WorkerSlot> started;
        PoolCall[] given = [];
        using (_gate.Enter())
        {
            _slots.Remove(slot);
            if (_slots.Count == 0)
                WorkerMetrics.Hide(this);
            bool isFailedStart = !slot.IsReady && !slot.IsLeaving && !_isTerminated;
            if (isFailedStart)
                _replacement.OnFailedStart(slot, exit, error);
            slot.SetGone();

            // The first was at work and is charged with the loss; those behind it only waited.
            bool isFirst = true;
            foreach (Chunk chunk in slot.Window)
            {
                Exception? reason = chunk.Call.StopReason is null ? Assignments.GiveBackLocked(slot, chunk, isFirst, exit, error) : null;

                // One whose call is about to fail counts as in flight until it has: a thread that looks meanwhile would take the call for
                // done.
                if (reason is null)
                    chunk.Call.InFlight--;
                hit.Add((chunk.Call, chunk.Next, reason));
                isFirst = false;
            }
            slot.Window.Clear();
            if (_replacement.HasGivenUp)
                given = [.. _calls];
            started = _replacement.OnLost(isFailedStart, _isCompleted);
        }
        if (!slot.IsLeaving && !_isTerminated)
        {
            WorkerMetrics.Lost(isOfPool: true);
            WorkerLog.Lost(_logger, slot.Name, exit, error ?? slot.StartFailure);
        }
        started.ForEach(Begin);
        foreach ((PoolCall call, int task, Exception? reason) in hit)
        {
            if (reason is not null)
            {
                Fail(call, task, reason);
                using (_gate.Enter())
                    call.InFlight--;
            }
            CheckOver(call);
        }
        foreach (PoolCall call in given)
            Stop(call, _replacement.LastFailure!);
        Dispatch();
        CheckEnd();
    }

    public void Kill(WorkerSlot slot)
    {
        using (_gate.Enter())
            slot.MarkKilled();
        slot.Kill();
    }

    /// <summary>Lets a worker end by itself.</summary>
    public void Leave(WorkerSlot slot)
    {
        IPoolWorker? worker;
        WorkerConnection? connection;
        using (_gate.Enter())
            (worker, connection) = (slot.Worker, slot.Connection);
        connection?.Complete();
        _ = HurryAsync(slot, worker);
    }

    /// <summary>Gives chunks to workers that have none, and starts workers for what is left.</summary>
    public void Dispatch()
    {
        List<WorkerSlot>? idle = null;
        List<WorkerSlot>? started = null;
        using (_gate.Enter())
        {
            int pending = _queue.Pending(Size);
            if (pending == 0)
                return;

            // Idle workers, and those that are starting, take a chunk each; new ones start only for what is left.
            foreach (WorkerSlot slot in _slots)
            {
                if (slot.IsReady && !slot.IsLeaving && slot.Window.Count == 0)
                    (idle ??= []).Add(slot);
                if (!slot.IsLeaving && (!slot.IsReady || slot.Window.Count == 0))
                    pending--;
            }
            if (!_isTerminated)
                started = _replacement.StartFor(pending);
        }
        started?.ForEach(Begin);
        idle?.ForEach(Feed);
    }

    /// <summary>Finishes a call of which nothing is left.</summary>
    public void CheckOver(PoolCall call)
    {
        using (_gate.Enter())
        {
            if (call.IsFinished || !call.IsOver)
                return;

            // Under the lock: of all threads that look, one finishes it.
            call.IsFinished = true;
            _calls.Remove(call);
            call.Registration.Unregister();
        }
        if (call.StopReason is { } reason and not OperationCanceledException && (_logger ?? ConnectionOptions.DefaultLogger) is { } logger)
            UnobservedFailures.Watch(reason, logger);
        call.Finish();
        CheckEnd();
    }

    private void ThrowIfCompletedLocked()
    {
        _gate.AssertHeld();
        if (_isCompleted)
            throw new InvalidOperationException(
                "The pool is complete (Complete, Terminate or disposal) and takes no more calls. Complete it after the last one, or make " +
                "another pool.");
    }

    private void Begin(WorkerSlot slot)
    {
        using (_gate.Enter())
        {
            if (slot.HasBegun)
                return;
            slot.HasBegun = true;
            WorkerMetrics.Show(this, Name, GetLoad);
        }
        _ = new WorkerLife(this, slot, _options, _factory).RunAsync();
    }

    private async Task HurryAsync(WorkerSlot slot, IPoolWorker? worker)
    {
        if (worker is not null)
            await Task.WhenAny(worker.Exited, Task.Delay(WorkerLife.ExitTimeout)).ConfigureAwait(false);
        if (worker?.Exited.IsCompleted != true)
            Kill(slot);
    }

    /// <summary>Ends a worker whose task has had its time.</summary>
    private void EndOverdue(WorkerSlot slot)
    {
        PoolCall call;
        int task;
        using (_gate.Enter())
        {
            if (slot.Window.First is not { } first || slot.IsKilled || !slot.Clock.HasExpired())
                return;
            (call, task) = (first.Value.Call, first.Value.Next);
            slot.MarkKilled();
        }
        string item = call.HasItems ? $" at item {task}" : "";
        Fail(call, task, new TimeoutException(
            $"{call.Method.DisplayName} did not end within TaskTimeout, {_options.TaskTimeout.TotalSeconds:0.###} s, in {slot.Name}{item}; " +
            $"that worker was killed. If it needs longer, raise {nameof(WorkerPoolOptions)}.{nameof(WorkerPoolOptions.TaskTimeout)}."));
        slot.Kill();
    }

    private async Task KillLateAsync(PoolCall call)
    {
        await Task.Delay(_options.CancelTimeout).ConfigureAwait(false);
        List<WorkerSlot> late;
        using (_gate.Enter())
        {
            if (call.IsFinished)
                return;
            late = _slots.FindAll(slot => slot.Has(call));
            late.ForEach(static slot => slot.MarkKilled());
        }
        foreach (WorkerSlot slot in late)
        {
            WorkerLog.KilledLate(_logger, slot.Name, call.Method.DisplayName, _options.CancelTimeout);
            slot.Kill();
        }
    }

    /// <summary>Lets workers go when the pool no longer needs them.</summary>
    private void CheckEnd()
    {
        List<WorkerSlot> leaving;
        bool isEnd;
        using (_gate.Enter())
        {
            if (!_isCompleted || _calls.Count > 0)
                return;

            // Marked here, since each is to be let go once.
            leaving = _slots.FindAll(static slot => !slot.IsLeaving);
            leaving.ForEach(static slot => slot.IsLeaving = true);
            isEnd = _slots.Count == 0;
        }
        leaving.ForEach(Leave);
        if (isEnd)
            _joined.TrySetResult();
    }
}
