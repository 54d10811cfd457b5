using CrossChannels.Workers.Lifetime;
using Microsoft.Extensions.Logging;

namespace CrossChannels.Workers.Pool;

/// <summary>Which worker runs what, when workers start, and when calls are over. One lock guards all of it; nothing of a user's runs under it.</summary>
internal sealed class PoolScheduler
{
    private readonly Lock _gate = new();
    private readonly WorkerPoolOptions _settings;
    private readonly PoolWorkerFactory _factory;
    private readonly ILogger? _logger;
    private readonly List<WorkerSlot> _seats = [];
    private readonly HashSet<PoolCall> _calls = [];
    private readonly CallQueue _queue = new();
    private readonly ChunkDispatcher _feeder;
    private readonly StartFailures _failures;
    private readonly TaskCompletionSource _joined = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isCompleted;
    private bool _isTerminated;
    private int _seatCount;

    public PoolScheduler(int size, WorkerPoolOptions settings, PoolWorkerFactory factory)
    {
        Size = size;
        _settings = settings;
        _factory = factory;
        _logger = QuietLogger.Over(settings.Logger);
        _feeder = new ChunkDispatcher(_gate, _queue, _seats, this);
        _failures = new StartFailures(settings);
        Book = new ChunkAssignments(_gate, _queue, settings, this);
    }

    public int Size { get; }

    /// <summary>What workers have to do.</summary>
    public ChunkAssignments Book { get; }

    /// <summary>True if no worker is left and no more are started until there is a new call; under the lock.</summary>
    private bool HasGivenUp => _failures.AreTooMany && _seats.Count == 0;

    /// <summary>Done when the pool is complete, all calls are over and all workers gone.</summary>
    public Task Joined => _joined.Task;

    public bool IsCompleted
    {
        get
        {
            lock (_gate)
                return _isCompleted;
        }
    }

    /// <summary>How many workers there are, those that come and go included.</summary>
    public int WorkerCount
    {
        get
        {
            lock (_gate)
                return _seats.Count;
        }
    }

    /// <summary>Process ids of the workers that are ready.</summary>
    public int[] ProcessIds
    {
        get
        {
            lock (_gate)
                return [.. _seats.Where(static seat => seat.IsReady).Select(static seat => seat.Worker!.ProcessId)];
        }
    }

    /// <exception cref="InvalidOperationException">The pool is complete.</exception>
    public void ThrowIfCompleted()
    {
        if (IsCompleted)
            throw new InvalidOperationException("The pool is complete: it takes no more calls.");
    }

    public void Submit(PoolCall call, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            ThrowIfCompleted();
            // Not while others wait for workers that fail to start: calls that keep coming would put off the end of all of them for ever.
            if (_calls.Count == 0 || HasGivenUp || _seats.Exists(static seat => seat.IsReady))
                _failures.Forget();
            _calls.Add(call);
            _queue.Add(call);
        }
        if (cancellationToken.CanBeCanceled)
        {
            CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(_ => Stop(call, new OperationCanceledException(cancellationToken)), null);
            bool isFinished;
            lock (_gate)
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
        lock (_gate)
        {
            if (call.StopReason is not null || call.IsFinished)
                return;
            change(call);
            _queue.Add(call);
        }
        Dispatch();
        CheckOver(call);
    }

    /// <summary>Ends a call: nothing more of it begins, what runs is told, and killed if it does not end in time.</summary>
    public void Stop(PoolCall call, Exception reason)
    {
        List<WorkerSlot> told;
        lock (_gate)
        {
            if (!call.TryStop(reason))
                return;
            told = _seats.FindAll(seat => seat.Has(call));
        }
        foreach (WorkerSlot seat in told)
            seat.Line?.Send(PoolMessage.Cancel, call.Id);
        if (told.Count > 0 && _settings.CancelTimeout != Timeout.InfiniteTimeSpan)
            _ = KillLateAsync(call);
        CheckOver(call);
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        List<WorkerSlot> seats;
        lock (_gate)
        {
            ThrowIfCompleted();
            _failures.Forget();
            seats = [.. _seats];
            while (_seats.Count < Size)
                seats.Add(AddSeat());
        }
        seats.ForEach(Begin);
        await Task.WhenAll(seats.Select(static seat => seat.Ready)).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    public void Complete()
    {
        lock (_gate)
            _isCompleted = true;
        CheckEnd();
    }

    public void Terminate()
    {
        PoolCall[] calls;
        WorkerSlot[] seats;
        lock (_gate)
        {
            _isCompleted = true;
            _isTerminated = true;
            calls = [.. _calls];
            seats = [.. _seats];
            _seats.ForEach(static seat => seat.Doom());
        }
        // First, so that no call ends for the loss of its worker.
        foreach (PoolCall call in calls)
            Stop(call, new OperationCanceledException("The pool was terminated."));
        foreach (WorkerSlot seat in seats)
            seat.Kill();
        CheckEnd();
    }

    /// <summary>A worker's process has been started; a worker that is not wanted any more is let go at once.</summary>
    /// <returns>What is said to it from now on.</returns>
    public WorkerConnection Attach(WorkerSlot seat, IPoolWorker worker)
    {
        var line = new WorkerConnection(worker.Link.Writer);
        bool isDoomed, isLeaving;
        lock (_gate)
        {
            seat.Attach(worker, line);
            isDoomed = seat.IsKilled;
            isLeaving = seat.IsLeaving;
        }
        if (isDoomed)
            worker.Kill();
        else if (isLeaving)
            line.Complete();
        return line;
    }

    public void BeReady(WorkerSlot seat)
    {
        lock (_gate)
        {
            if (seat.TryBeReady())
                _failures.Forget();
        }
    }

    /// <summary>A worker said that it cannot work.</summary>
    public void FailStart(WorkerSlot seat, WorkerFailedException failure)
    {
        lock (_gate)
            seat.StartFailure = failure;
        Kill(seat);
    }

    /// <summary>Gives a worker what it has room for, without waiting.</summary>
    public void Feed(WorkerSlot seat) => _ = _feeder.FeedAsync(seat);

    /// <summary>A worker is gone; what it had is given to others, or its call fails.</summary>
    public void Lose(WorkerSlot seat, WorkerExit? exit, Exception? error)
    {
        List<(PoolCall Call, Exception? Reason)> hit = [];
        lock (_gate)
        {
            _seats.Remove(seat);
            bool wasReady = seat.IsReady;
            bool isUnwanted = seat.IsLeaving || _isTerminated;
            if (!wasReady && !isUnwanted)
                _failures.Add(seat, exit, error);
            if (wasReady)
                seat.BeGone(null);
            else
                seat.BeGone(isUnwanted ? new OperationCanceledException("The pool was completed or terminated while its workers started.") : _failures.Last);
            bool isFirst = true;
            foreach (Chunk chunk in seat.Window)
            {
                chunk.Call.InFlight--;
                hit.Add((chunk.Call, chunk.Call.StopReason is null ? Book.GiveBack(seat, chunk, isFirst, exit, error) : null));
                isFirst = false;
            }
            seat.Window.Clear();
            if (HasGivenUp)
                hit.AddRange(_calls.Select(call => (call, (Exception?)_failures.Last)));
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

    public void Kill(WorkerSlot seat)
    {
        lock (_gate)
            seat.Doom();
        seat.Kill();
    }

    /// <summary>Lets a worker end by itself.</summary>
    public void Leave(WorkerSlot seat)
    {
        IPoolWorker? worker;
        WorkerConnection? line;
        lock (_gate)
            (worker, line) = (seat.Worker, seat.Line);
        line?.Complete();
        _ = HurryAsync(seat, worker);
    }

    /// <summary>Gives chunks to workers that have none, and starts workers for what is left.</summary>
    public void Dispatch()
    {
        List<WorkerSlot>? idle = null;
        List<WorkerSlot>? started = null;
        lock (_gate)
        {
            int pending = _queue.Pending(Size);
            if (pending == 0)
                return;
            foreach (WorkerSlot seat in _seats)
            {
                if (seat.IsReady && !seat.IsLeaving && seat.Window.Count == 0)
                    (idle ??= []).Add(seat);
                if (!seat.IsLeaving && (!seat.IsReady || seat.Window.Count == 0))
                    pending--;
            }
            for (; pending > 0 && _seats.Count < Size && !_isTerminated && !_failures.AreTooMany; pending--)
                (started ??= []).Add(AddSeat());
        }
        started?.ForEach(Begin);
        idle?.ForEach(Feed);
    }

    /// <summary>Finishes a call of which nothing is left.</summary>
    public void CheckOver(PoolCall call)
    {
        lock (_gate)
        {
            if (call.IsFinished || !call.IsOver)
                return;
            call.IsFinished = true;
            _calls.Remove(call);
            call.Registration.Unregister();
        }
        if (call.StopReason is { } reason and not OperationCanceledException && _logger is not null)
            UnobservedFailures.Watch(reason, _logger);
        call.Finish();
        CheckEnd();
    }

    private void Begin(WorkerSlot seat)
    {
        lock (_gate)
        {
            if (seat.HasBegun)
                return;
            seat.HasBegun = true;
        }
        _ = new WorkerSupervisor(this, seat, _settings, _factory).RunAsync();
    }

    private async Task HurryAsync(WorkerSlot seat, IPoolWorker? worker)
    {
        if (worker is not null)
            await Task.WhenAny(worker.Exited, Task.Delay(WorkerSupervisor.ExitTimeout)).ConfigureAwait(false);
        if (worker?.Exited.IsCompleted != true)
            Kill(seat);
    }

    /// <summary>Ends a worker whose task has had its time.</summary>
    private void EndOverdue(WorkerSlot seat)
    {
        PoolCall call;
        int task;
        lock (_gate)
        {
            if (seat.Window.First is not { } first || seat.IsKilled || !seat.Clock.HasExpired())
                return;
            (call, task) = (first.Value.Call, first.Value.Next);
            seat.Doom();
        }
        Stop(call, new TimeoutException($"Task {task} of {call.Method.DisplayName} did not end within {_settings.TaskTimeout}; its worker was killed."));
        seat.Kill();
    }

    private WorkerSlot AddSeat()
    {
        int number = ++_seatCount;
        string name = _settings.Worker?.Name ?? "pool-worker";
        var seat = new WorkerSlot($"{name}-{number}", _settings.MaxTasksPerWorker ?? int.MaxValue, _settings.TaskTimeout, EndOverdue);
        _seats.Add(seat);
        return seat;
    }

    private async Task KillLateAsync(PoolCall call)
    {
        await Task.Delay(_settings.CancelTimeout).ConfigureAwait(false);
        List<WorkerSlot> late;
        lock (_gate)
        {
            if (call.IsFinished)
                return;
            late = _seats.FindAll(seat => seat.Has(call));
            late.ForEach(static seat => seat.Doom());
        }
        foreach (WorkerSlot seat in late)
        {
            if (_logger is not null)
                Log.KilledLate(_logger, seat.Name, call.Method.DisplayName, _settings.CancelTimeout);
            seat.Kill();
        }
    }

    /// <summary>Lets workers go when the pool needs them no more.</summary>
    private void CheckEnd()
    {
        List<WorkerSlot> leaving;
        bool isEnd;
        lock (_gate)
        {
            if (!_isCompleted || _calls.Count > 0)
                return;
            leaving = _seats.FindAll(static seat => !seat.IsLeaving);
            leaving.ForEach(static seat => seat.IsLeaving = true);
            isEnd = _seats.Count == 0;
        }
        leaving.ForEach(Leave);
        if (isEnd)
            _joined.TrySetResult();
    }
}
