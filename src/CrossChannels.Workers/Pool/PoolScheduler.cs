using CrossChannels.Workers.Lifetime;
using Microsoft.Extensions.Logging;

namespace CrossChannels.Workers.Pool;

/// <summary>Which worker runs what, when workers start, and when calls are over. One lock guards all of it; nothing of a user's runs under it.</summary>
internal sealed partial class PoolScheduler(int size, WorkerPoolSettings settings, PoolWorkerFactory factory)
{
    /// <summary>At most so many chunks are with one worker, however short they are.</summary>
    private const int MaxDepth = 64;

    private const int DepthMicroseconds = 1000;

    /// <summary>Behind a chunk that is no longer than this, one waits at least: to ask for the next one takes a worker a tenth of a millisecond.</summary>
    private const int LongMicroseconds = 20_000;

    private readonly Lock _gate = new();
    private readonly ILogger? _logger = QuietLogger.Over(settings.Logger);
    private readonly List<WorkerSeat> _seats = [];
    private readonly HashSet<PoolCall> _calls = [];

    // Calls that have something to run; each gives one chunk in its turn.
    private readonly Queue<PoolCall> _ready = new();
    private readonly TaskCompletionSource _joined = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isCompleted;
    private bool _isTerminated;
    private int _seatCount;
    private int _chunkCount;
    private int _failedStarts;
    private Exception? _startError;

    public int Size => size;

    /// <summary>True if no worker is left and no more are started until there is a new call; under the lock.</summary>
    private bool HasGivenUp => _failedStarts >= settings.MaxStartAttempts && _seats.Count == 0;

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
                _failedStarts = 0;
            _calls.Add(call);
            Queue(call);
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
            Queue(call);
        }
        Dispatch();
        CheckOver(call);
    }

    /// <summary>Ends a call: nothing more of it begins, what runs is told, and killed if it does not end in time.</summary>
    public void Stop(PoolCall call, Exception reason)
    {
        List<WorkerSeat> told = [];
        lock (_gate)
        {
            if (!call.TryStop(reason))
                return;
            foreach (WorkerSeat seat in _seats)
            {
                if (Has(seat, call))
                    told.Add(seat);
            }
        }
        foreach (WorkerSeat seat in told)
            Send(seat, PoolMessage.Cancel, call.Id);
        if (told.Count > 0 && settings.CancelTimeout != Timeout.InfiniteTimeSpan)
            _ = KillLateAsync(call);
        CheckOver(call);
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        List<WorkerSeat> seats;
        lock (_gate)
        {
            ThrowIfCompleted();
            _failedStarts = 0;
            seats = [.. _seats];
            while (_seats.Count < size)
                seats.Add(AddSeat());
        }
        foreach (WorkerSeat seat in seats)
            Begin(seat);
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
        WorkerSeat[] seats;
        lock (_gate)
        {
            _isCompleted = true;
            _isTerminated = true;
            calls = [.. _calls];
            seats = [.. _seats];
            foreach (WorkerSeat seat in seats)
                seat.Doom();
        }
        // First, so that no call ends for the loss of its worker.
        foreach (PoolCall call in calls)
            Stop(call, new OperationCanceledException("The pool was terminated."));
        foreach (WorkerSeat seat in seats)
            seat.Kill();
        CheckEnd();
    }

    private static bool Has(WorkerSeat seat, PoolCall call)
    {
        foreach (Chunk chunk in seat.Window)
        {
            if (chunk.Call == call)
                return true;
        }
        return false;
    }

    private void Queue(PoolCall call)
    {
        if (call.IsQueued || call.Pending == 0)
            return;
        call.IsQueued = true;
        _ready.Enqueue(call);
    }

    /// <summary>Gives chunks to workers that have none, and starts workers for what is left.</summary>
    private void Dispatch()
    {
        List<WorkerSeat>? idle = null;
        List<WorkerSeat>? started = null;
        lock (_gate)
        {
            int pending = 0;
            foreach (PoolCall call in _ready)
                pending += Math.Min(call.Pending, size);
            if (pending == 0)
                return;
            foreach (WorkerSeat seat in _seats)
            {
                if (seat.IsReady && !seat.IsLeaving && seat.Window.Count == 0)
                    (idle ??= []).Add(seat);
                if (!seat.IsLeaving && (!seat.IsReady || seat.Window.Count == 0))
                    pending--;
            }
            for (; pending > 0 && _seats.Count < size && !_isTerminated && _failedStarts < settings.MaxStartAttempts; pending--)
                (started ??= []).Add(AddSeat());
        }
        foreach (WorkerSeat seat in started ?? [])
            Begin(seat);
        foreach (WorkerSeat seat in idle ?? [])
            _ = FeedAsync(seat);
    }

    private WorkerSeat AddSeat()
    {
        int number = ++_seatCount;
        string name = settings.Worker?.Name ?? "pool-worker";
        var seat = new WorkerSeat($"{name}-{number}", settings.MaxTasksPerWorker ?? int.MaxValue);
        _seats.Add(seat);
        return seat;
    }

    private async Task KillLateAsync(PoolCall call)
    {
        await Task.Delay(settings.CancelTimeout).ConfigureAwait(false);
        List<WorkerSeat> late = [];
        lock (_gate)
        {
            if (call.IsFinished)
                return;
            foreach (WorkerSeat seat in _seats)
            {
                if (Has(seat, call))
                {
                    seat.Doom();
                    late.Add(seat);
                }
            }
        }
        foreach (WorkerSeat seat in late)
        {
            if (_logger is not null)
                Log.KilledLate(_logger, seat.Name, call.Method.DisplayName, settings.CancelTimeout);
            seat.Kill();
        }
    }

    private void CheckOver(PoolCall call)
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

    /// <summary>Lets workers go when the pool needs them no more.</summary>
    private void CheckEnd()
    {
        List<WorkerSeat> leaving = [];
        bool isEnd;
        lock (_gate)
        {
            if (!_isCompleted || _calls.Count > 0)
                return;
            foreach (WorkerSeat seat in _seats)
            {
                if (!seat.IsLeaving)
                {
                    seat.IsLeaving = true;
                    leaving.Add(seat);
                }
            }
            isEnd = _seats.Count == 0;
        }
        foreach (WorkerSeat seat in leaving)
            Leave(seat);
        if (isEnd)
            _joined.TrySetResult();
    }
}
