using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using CrossChannels.Links;
using CrossChannels.Workers.Running;

namespace CrossChannels.Workers.Lifetime;

/// <summary>The workers of this process that live, and what becomes of them when it exits.</summary>
internal static class LiveWorkers
{
    private static readonly ConcurrentDictionary<WorkerProcess, bool> s_workers = new();
    private static readonly TaskCompletionSource s_terminated = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // It changes nothing of what the signal does; it is there to know of it.
    private static readonly PosixSignalRegistration s_terminate =
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, static _ => s_terminated.TrySetResult());

    static LiveWorkers() => LinkRegistry.Exiting += static (_, _) => EndAll();

    public static void Add(WorkerProcess worker) => s_workers.TryAdd(worker, true);

    public static void Remove(WorkerProcess worker) => s_workers.TryRemove(worker, out _);

    /// <summary>A process that returns from Main waits for its workers, as Python does, and terminates daemons; after SIGTERM, or as a
    /// worker that was
    /// asked to end, it terminates all.</summary>
    private static void EndAll()
    {
        GC.KeepAlive(s_terminate);
        var ending = new List<Task>();
        foreach (WorkerProcess worker in s_workers.Keys)
            ending.Add(worker.IsDaemon || WorkerEnvironment.IsEnding ? worker.TerminateAsync() : WaitAsync(worker));
#pragma warning disable VSTHRD002 // The process ends when this event returns, so it has to wait.
        Task.WhenAll(ending).GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
    }

    /// <summary>Waits without a deadline, until SIGTERM says that there is one.</summary>
    private static async Task WaitAsync(WorkerProcess worker)
    {
        Task<WorkerExit> exited = worker.WaitForExitAsync();
        if (await Task.WhenAny(exited, s_terminated.Task).ConfigureAwait(false) != exited)
            await worker.TerminateAsync().ConfigureAwait(false);
    }
}
