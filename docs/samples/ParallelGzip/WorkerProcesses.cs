using System.IO.Compression;

namespace ParallelGzip;

/// <summary>Workers in processes of their own.</summary>
internal sealed class WorkerProcesses : IWorkers
{
    private static readonly TimeSpan s_exitDelay = TimeSpan.FromSeconds(2);

    private readonly WorkerProcess[] _processes;
    private readonly CancellationTokenSource _lost = new();
    private volatile bool _isOver;

    private WorkerProcesses(WorkerProcess[] processes)
    {
        _processes = processes;
        All = [.. processes.Select(static process => process.Worker)];
        foreach (WorkerProcess process in processes)
            _ = WatchAsync(process);
    }

    public IReadOnlyList<Worker> All { get; }

    public IEnumerable<int> ProcessIds => _processes.Select(static process => process.Id);

    public CancellationToken Lost => _lost.Token;

    public static async Task<WorkerProcesses> StartAsync(int count, CompressionLevel level, CancellationToken cancellationToken)
    {
        Task<WorkerProcess>[] starting = [.. Enumerable.Range(1, count).Select(number => WorkerProcess.StartAsync(number, level, cancellationToken))];
        try
        {
            return new WorkerProcesses(await Task.WhenAll(starting));
        }
        catch
        {
            foreach (Task<WorkerProcess> started in starting.Where(static start => start.IsCompletedSuccessfully))
                await (await started).DisposeAsync();
            throw;
        }
    }

    public async Task<WorkerLostException?> FindLostAsync()
    {
        // A channel may break a moment before the system reports that the process is gone.
        Task exited = Task.WhenAny(_processes.Select(static process => process.Exited));
        await Task.WhenAny(exited, Task.Delay(s_exitDelay));
        return _processes.FirstOrDefault(static process => process.Exited.IsCompleted)?.Describe();
    }

    public async Task<TimeSpan> FinishAsync()
    {
        _isOver = true;
        TimeSpan[] cpuTimes = await Task.WhenAll(_processes.Select(static process => process.FinishAsync()));
        return TimeSpan.FromTicks(cpuTimes.Sum(static time => time.Ticks));
    }

    public async ValueTask DisposeAsync()
    {
        _isOver = true;
        await Task.WhenAll(_processes.Select(static process => process.DisposeAsync().AsTask()));
        _lost.Dispose();
    }

    private async Task WatchAsync(WorkerProcess process)
    {
        await process.Exited;
        if (!_isOver)
            await _lost.CancelAsync();
    }
}
