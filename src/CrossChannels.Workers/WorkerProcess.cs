using CrossChannels.Workers.Lifetime;
using CrossChannels.Workers.Running;
using CrossChannels.Workers.Starting;

namespace CrossChannels.Workers;

/// <summary>A static method of this program that runs in a process of its own.</summary>
/// <remarks>
/// The worker never outlives its parent's process. Members may be used from any thread. Disposing waits for the worker; a daemon is terminated.
/// </remarks>
public sealed partial class WorkerProcess : IAsyncDisposable, IDisposable
{
    private static int s_count;

    private readonly WorkerOptions _settings;
    private readonly ChildProgram _program;

    private WorkerProcess(string name, WorkerOptions settings)
    {
        Name = name;
        _settings = settings;
        StartTime = DateTimeOffset.Now;
        _program = new ChildProgram(name, settings);
        LiveWorkers.Add(this);
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

    /// <summary>How it is called.</summary>
    public string Name { get; }

    /// <summary>The system's number of the process.</summary>
    public int ProcessId => _program.ProcessId;

    /// <summary>When it was started.</summary>
    public DateTimeOffset StartTime { get; }

    /// <summary>True for a worker that nobody waits for.</summary>
    public bool IsDaemon => _settings.IsDaemon;

    /// <summary>True when it has ended, and all that it wrote has been taken.</summary>
    public bool HasExited => _program.Exited.IsCompleted;

    /// <summary>How it ended; <see langword="null"/> while it runs.</summary>
#pragma warning disable VSTHRD002 // It is completed.
    public WorkerExit? Exit => HasExited ? _program.Exited.Result : null;
#pragma warning restore VSTHRD002

    /// <summary>Runs one of <paramref name="methods"/> in a process that was started as a worker, and returns its exit code for <c>Main</c> to return.</summary>
    /// <remarks>For programs that were published trimmed or as native code; others need no such line.</remarks>
    /// <param name="methods">All that the program starts in workers.</param>
    /// <exception cref="InvalidOperationException">This process is no worker.</exception>
    public static Task<int> RunAsync(params Delegate[] methods)
    {
        ArgumentNullException.ThrowIfNull(methods);
        return WorkerEnvironment.IsMarked
            ? Task.FromResult(WorkerMain.Run(methods))
            : throw new InvalidOperationException("This process is no worker. Write: if (WorkerProcess.IsWorker) return await WorkerProcess.RunAsync(...);");
    }

    /// <summary>Waits until it has ended, and all that it wrote has been taken.</summary>
    /// <param name="cancellationToken">Ends the wait; the worker goes on.</param>
    public Task<WorkerExit> WaitForExitAsync(CancellationToken cancellationToken = default) => _program.Exited.WaitAsync(cancellationToken);

    /// <summary>
    /// Asks it to end, waits, and kills it if it has not ended by then. A method with a <see cref="CancellationToken"/> finds that canceled; the process
    /// of any other exits in good order.
    /// </summary>
    /// <param name="wait">How long it has. Default: <see cref="WorkerOptions.TerminateTimeout"/>.</param>
    /// <param name="cancellationToken">Ends the wait; the worker has been asked, and is not killed.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative and not infinite, or 49 days or more; the worker is not asked.</exception>
    public async Task<WorkerExit> TerminateAsync(TimeSpan? wait = null, CancellationToken cancellationToken = default)
    {
        TimeSpan limit = wait ?? _settings.TerminateTimeout;
        WorkerOptions.CheckWait(limit, nameof(wait));
        _ = _program.AskToEndAsync();
        try
        {
            return await _program.Exited.WaitAsync(limit, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            if (QuietLogger.Over(_settings.Logger) is { } logger)
                Log.Killed(logger, Name, limit);
            _program.Kill();
        }
        return await _program.Exited.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Kills it (SIGKILL), without waiting. Nothing happens if it has ended.</summary>
    public void Kill() => _program.Kill();

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

    /// <summary>Says which worker it is.</summary>
    public override string ToString() => $"{Name} (process {ProcessId}, {(Exit is { } exit ? exit : "running")})";

    private static async Task<WorkerProcess> LaunchAsync(
        Delegate method, ArgumentList arguments, WorkerOptions? settings, CancellationToken cancellationToken)
    {
        MethodName.Check(method);
        StartForm.Check(MethodName.Display(method.Method));
        settings ??= new WorkerOptions();
        settings.Validate();
        cancellationToken.ThrowIfCancellationRequested();
        arguments.Encode(method.Method);
        string name = settings.Name ?? $"worker-{Interlocked.Increment(ref s_count)}";

        // The process needs most of the time, so that it starts first; and an end is given away only to a process that there is.
        var worker = new WorkerProcess(name, settings);
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

    private async Task ForgetAsync()
    {
        await _program.Exited.ConfigureAwait(false);
        LiveWorkers.Remove(this);
    }
}
