namespace CrossChannels.Workers;

/// <summary>A static method of this program that runs in a process of its own.</summary>
/// <remarks>Members may be used from any thread. Disposing waits for the worker; a daemon is terminated.</remarks>
public sealed partial class WorkerProcess : IAsyncDisposable, IDisposable
{
    /// <summary>True in a process that was started as a worker, from the first line of <c>Main</c> on.</summary>
    public static bool IsWorker => throw new NotSupportedException();

    /// <summary>How it is called.</summary>
    public string Name => throw new NotSupportedException();

    /// <summary>The system's number of the process.</summary>
    public int ProcessId => throw new NotSupportedException();

    /// <summary>When it was started.</summary>
    public DateTimeOffset StartTime => throw new NotSupportedException();

    /// <summary>True for a worker that nobody waits for.</summary>
    public bool IsDaemon => throw new NotSupportedException();

    /// <summary>True when it has ended.</summary>
    public bool HasExited => throw new NotSupportedException();

    /// <summary>How it ended; <see langword="null"/> while it runs.</summary>
    public WorkerExit? Exit => throw new NotSupportedException();

    /// <summary>Runs one of <paramref name="methods"/> in a process that was started as a worker, and returns its exit code for <c>Main</c> to return.</summary>
    public static Task<int> RunAsync(params Delegate[] methods) => throw new NotSupportedException();

    /// <summary>Waits until it has ended, and all that it wrote has been taken.</summary>
    public Task<WorkerExit> WaitForExitAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Asks it to end, waits, and kills it if it has not ended by then.</summary>
    public Task<WorkerExit> TerminateAsync(TimeSpan? wait = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Kills it (SIGKILL), without waiting. Nothing happens if it has ended.</summary>
    public void Kill() => throw new NotSupportedException();

    /// <summary>Lets it be: it runs on, and the parent's exit waits for it or terminates it as it would without.</summary>
    public void Dispose() => throw new NotSupportedException();

    /// <summary>Waits until it has ended; terminates a daemon.</summary>
    public ValueTask DisposeAsync() => throw new NotSupportedException();

    private static Task<WorkerProcess> LaunchAsync(Delegate method, ArgumentList arguments, WorkerSettings? settings, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}
