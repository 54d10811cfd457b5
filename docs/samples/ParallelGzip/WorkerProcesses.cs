using System.IO.Compression;
using System.Threading.Channels;
using CrossChannels;

namespace ParallelGzip;

/// <summary>Workers in processes of their own, on two channels of a hub in this one. Blocks are leased: those of a killed worker go to another.</summary>
internal sealed class WorkerProcesses : IWorkers
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(30);

    private readonly ChannelHub _hub;
    private readonly LeasedChannel<NumberedBytes> _blocks;
    private readonly CrossChannel<NumberedBytes> _members;
    private readonly WorkerProcess[] _processes;
    private readonly Progress _progress;
    private readonly CancellationTokenSource _lost = new();
    private int _working;
    private string? _whyLost;
    private volatile bool _isOver;

    private WorkerProcesses(ChannelHub hub, int count, CompressionLevel level, Progress progress)
    {
        _hub = hub;
        _progress = progress;
        int capacity = count * BlockChannel.CapacityPerWorker;
        _blocks = hub.CreateLeased(BlockChannel.Blocks, capacity, new LeaseSettings { MaxDeliveries = BlockChannel.MaxDeliveries }, BlockChannel.Settings);
        _members = hub.CreateBounded(BlockChannel.Members, capacity, BlockChannel.Settings);
        _processes = [.. Enumerable.Range(1, count).Select(number => WorkerProcess.Start(number, hub.Address, level))];
        _working = count;
        foreach (WorkerProcess process in _processes)
            _ = WatchAsync(process);
        _ = WatchAsync(_blocks.DeadLetters!.Reader);
    }

    public int Count => _processes.Length;

    public ChannelWriter<NumberedBytes> Blocks => _blocks.Writer;

    public ChannelReader<NumberedBytes> Members => _members.Reader;

    public CancellationToken Lost => _lost.Token;

    public static async Task<WorkerProcesses> StartAsync(int count, CompressionLevel level, Progress progress, CancellationToken cancellationToken)
    {
        ChannelAddress address = ChannelAddress.Local($"parallel-gzip-{Environment.ProcessId}-{Guid.NewGuid():N}");
        var workers = new WorkerProcesses(await ChannelHub.StartAsync(address, cancellationToken: cancellationToken), count, level, progress);
        await progress.NoteAsync($"workers: {string.Join(", ", workers._processes.Select(static process => process.Id))}");
        return workers;
    }

    public Task<WorkerLostException?> FindLostAsync() => Task.FromResult(_whyLost is null ? null : new WorkerLostException(_whyLost));

    /// <summary>Kills the first worker, to show that its blocks are not lost.</summary>
    public void KillOne()
    {
        _ = _progress.NoteAsync($"killing worker 1 (process {_processes[0].Id}) on purpose");
        _processes[0].Kill();
    }

    public async Task<TimeSpan> FinishAsync()
    {
        _isOver = true;
        long cpuTicks = _processes.Sum(static process => process.CpuTime.Ticks);
        _blocks.Writer.Complete();
        // A block that a killed worker had done may be under way for a second time.
        Task leaving = Task.WhenAll(_processes.Select(static process => process.Exited));
        Task dropping = DropAsync(_members.Reader);
        await leaving.WaitAsync(s_deadline);
        _members.Writer.Complete();
        await dropping;
        return TimeSpan.FromTicks(cpuTicks);
    }

    public async ValueTask DisposeAsync()
    {
        _isOver = true;
        _blocks.Abort("The job is over.");
        await _hub.ShutDownAsync(TimeSpan.Zero);
        await Task.WhenAll(_processes.Select(static process => process.DisposeAsync().AsTask()));
        _lost.Dispose();
    }

    private static async Task DropAsync(ChannelReader<NumberedBytes> members)
    {
        await foreach (NumberedBytes member in members.ReadAllAsync())
            GC.KeepAlive(member);
    }

    private async Task WatchAsync(WorkerProcess process)
    {
        await process.Exited;
        if (_isOver)
            return;
        if (Interlocked.Decrement(ref _working) > 0)
            await _progress.NoteAsync($"{process.Describe()}; the others take over what it had");
        else
            await LoseAsync($"{process.Describe()}, and no other is left.");
    }

    private async Task WatchAsync(ChannelReader<NumberedBytes> deadLetters)
    {
        await foreach (NumberedBytes block in deadLetters.ReadAllAsync(_lost.Token))
            await LoseAsync($"block {block.Number} was given to {BlockChannel.MaxDeliveries} workers, and none of them returned it.");
    }

    private async Task LoseAsync(string why)
    {
        if (!_isOver && Interlocked.CompareExchange(ref _whyLost, why, null) is null)
            await _lost.CancelAsync();
    }
}
