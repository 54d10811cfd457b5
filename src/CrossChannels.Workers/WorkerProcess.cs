using CrossChannels.Workers.Arguments;
using CrossChannels.Workers.Lifetime;
using CrossChannels.Workers.Methods;
using CrossChannels.Workers.Running;
using CrossChannels.Workers.Starting;

namespace CrossChannels.Workers;

/// <summary>A static method of this program that runs in a process of its own.</summary>
/// <remarks>
/// The worker never outlives its parent's process. Members may be used from any thread. Disposing waits for the worker; a daemon is
/// terminated.
/// </remarks>
public sealed partial class WorkerProcess : IAsyncDisposable, IDisposable
{
    private static int s_count;

    private readonly WorkerOptions _options;
    private readonly ChildProgram _program;
    private readonly bool _isOfPool;
    private volatile bool _isAskedToEnd;

    private WorkerProcess(string name, string method, WorkerOptions options, bool isOfPool)
    {
        Name = name;
        _options = options;
        _isOfPool = isOfPool;
        StartTime = DateTimeOffset.Now;
        _program = new ChildProgram(name, method, options);
        LiveWorkers.Add(this);
        WorkerMetrics.Started(isOfPool);
        _ = ForgetAsync();
    }

    /// <summary>True in a process that was started as a worker, from the first line of <c>Main</c> on.</summary>
    public static bool IsWorker
    {
        get
        {
            StartForm.NoteLine();
            return WorkerEnvironment.IsWorker;
        }
    }

    /// <summary>
    /// Canceled when what runs here is to end: in a worker's method by <see cref="TerminateAsync"/>, in a task of a pool when its call is
    /// canceled or has failed.
    /// Never canceled elsewhere.
    /// </summary>
    /// <remarks>
    /// A method that has read it ends as it likes, within the time that it is given. The process of one that has not exits in good order.
    /// In code of a pool's task
    /// read it in that task, or in what that starts; a token that was read may be passed on.
    /// </remarks>
    public static CancellationToken Stopping => StopSignal.Token;

    /// <summary>Its name, as in errors and logs.</summary>
    public string Name { get; }

    /// <summary>The process id.</summary>
    public int ProcessId => _program.ProcessId;

    /// <summary>When it was started.</summary>
    public DateTimeOffset StartTime { get; }

    /// <summary>True for a worker that is terminated, not waited for.</summary>
    public bool IsDaemon => _options.IsDaemon;

    /// <summary>True when it has ended, and all that it wrote has been taken.</summary>
    public bool HasExited => _program.Exited.IsCompleted;

    /// <summary>How it ended; <see langword="null"/> while it runs.</summary>
#pragma warning disable VSTHRD002 // It is completed.
    public WorkerExit? Exit => HasExited ? _program.Exited.Result : null;
#pragma warning restore VSTHRD002

    /// <summary>
    /// Runs one of <paramref name="methods"/> in a process that was started as a worker, and returns its exit code for <c>Main</c> to
    /// return.
    /// </summary>
    /// <remarks>For programs that were published trimmed or as native code; others need no such line.</remarks>
    /// <param name="methods">All that the program starts in workers.</param>
    /// <exception cref="InvalidOperationException">This process is not a worker.</exception>
    public static Task<int> RunAsync(params Delegate[] methods)
    {
        ArgumentNullException.ThrowIfNull(methods);
        return WorkerEnvironment.IsMarked
            ? Task.FromResult(WorkerMain.Run(methods))
            : throw new InvalidOperationException(
                "This process is not a worker. Write: if (WorkerProcess.IsWorker) return await WorkerProcess.RunAsync(...);");
    }

    /// <summary>Waits until it has ended, and all that it wrote has been taken.</summary>
    /// <param name="cancellationToken">Ends the wait; the worker goes on.</param>
    public Task<WorkerExit> WaitForExitAsync(CancellationToken cancellationToken = default) => _program.Exited.WaitAsync(cancellationToken);

    /// <summary>Waits until all have ended, whatever their exit codes are.</summary>
    /// <returns>How they ended, in their order.</returns>
    public static Task<WorkerExit[]> WaitAllAsync(IEnumerable<WorkerProcess> workers, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(workers);
        return Task.WhenAll(workers.Select(worker => worker.WaitForExitAsync(cancellationToken)));
    }

    /// <summary>
    /// Asks it to end, waits, and kills it if it has not ended by then. A method that has read <see cref="Stopping"/> finds that canceled;
    /// the process
    /// of any other exits in good order.
    /// </summary>
    /// <param name="wait">How long it has. Default: <see cref="WorkerOptions.TerminateTimeout"/>.</param>
    /// <param name="cancellationToken">Ends the wait; the worker has been asked, and is not killed.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The time is negative and not infinite, or 25 days or more; the worker is not asked.
    /// </exception>
    public async Task<WorkerExit> TerminateAsync(TimeSpan? wait = null, CancellationToken cancellationToken = default)
    {
        TimeSpan limit = wait is { } given ? TimeoutRange.Check(given, nameof(wait)) : _options.TerminateTimeout;
        _isAskedToEnd = true;
        _ = _program.AskToEndAsync();
        try
        {
            return await _program.Exited.WaitAsync(limit, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            WorkerLog.Killed(_options.Logger, Name, limit);
            _program.Kill();
        }
        return await _program.Exited.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Kills it (SIGKILL), without waiting. Nothing happens if it has ended.</summary>
    public void Kill()
    {
        _isAskedToEnd = true;
        _program.Kill();
    }

    /// <summary>Does nothing: the worker runs on, and the parent's exit waits for it, or terminates a daemon.</summary>
    public void Dispose()
    {
    }

    /// <summary>Waits until it has ended; terminates a daemon.</summary>
    public async ValueTask DisposeAsync()
    {
        if (IsDaemon)
            await TerminateAsync().ConfigureAwait(false);
        else
            await _program.Exited.ConfigureAwait(false);
    }

    /// <summary>Returns its name, process and state.</summary>
    public override string ToString() => $"{Name} (process {ProcessId}, {(Exit is { } exit ? exit : "running")})";

    /// <summary>Starts a method of the program, or of this library, which runs the tasks of a pool.</summary>
    internal static async Task<WorkerProcess> LaunchAsync(
        Delegate method, ArgumentList arguments, WorkerOptions options, CancellationToken cancellationToken, bool isOfPool = false)
    {
        MethodName.Check(method);
        cancellationToken.ThrowIfCancellationRequested();
        arguments.Encode(method.Method);
        string name = options.Name ?? $"worker-{Interlocked.Increment(ref s_count)}";

        // The process takes most of the time, so it starts first; and an end is given away only to a process that exists.
        var worker = new WorkerProcess(name, MethodName.Display(method.Method), options, isOfPool);
        try
        {
            await worker._program.StartMethodAsync(method, arguments, cancellationToken).ConfigureAwait(false);
            return worker;
        }
        catch
        {
            worker.Kill();
            throw;
        }
    }

    private static Task<WorkerProcess> StartAsync(
        Delegate method, ArgumentList arguments, WorkerOptions? options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(method);
        StartForm.Check(MethodName.Display(method.Method));
        return LaunchAsync(method, arguments, options ?? WorkerOptions.Default, cancellationToken);
    }

    private async Task ForgetAsync()
    {
        WorkerExit exit = await _program.Exited.ConfigureAwait(false);
        LiveWorkers.Remove(this);
        WorkerMetrics.Ended(_isOfPool);
        // Its pool knows whether one of a pool was lost.
        if (!_isOfPool && !_isAskedToEnd && !exit.IsSuccess)
            WorkerMetrics.Lost(isOfPool: false);
    }
}
