using System.Diagnostics;
using System.IO.Compression;
using System.Threading.Channels;
using CrossChannels;
using CrossChannels.Workers;

namespace ParallelGzip;

/// <summary>Workers in processes of their own, on two channels of a hub in this one. Blocks are leased: those of a killed worker go to another.</summary>
internal sealed class WorkerProcesses(ChannelHub hub, LeasedChannel<NumberedBytes> blocks, SharedChannel<NumberedBytes> members, Progress progress) : IWorkers
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _lost = new();
    private WorkerProcess[] _workers = [];
    private int _working;
    private string? _whyLost;
    private volatile bool _isOver;

    public int Count => _workers.Length;

    public ChannelWriter<NumberedBytes> Blocks => blocks.Writer;

    public ChannelReader<NumberedBytes> Members => members.Reader;

    public CancellationToken Lost => _lost.Token;

    public WorkerLostException? WhyLost => _whyLost is null ? null : new WorkerLostException(_whyLost);

    public static async Task<WorkerProcesses> StartAsync(int count, CompressionLevel level, Progress progress, CancellationToken cancellationToken)
    {
        int capacity = count * BlockChannel.CapacityPerWorker;
        ChannelHub hub = await ChannelHub.StartAsync(ChannelAddress.Local($"parallel-gzip-{Guid.NewGuid():N}"), cancellationToken: cancellationToken);
        var result = new WorkerProcesses(
            hub,
            hub.CreateLeased("blocks", capacity, new LeaseOptions { MaxDeliveries = BlockChannel.MaxDeliveries }, BlockChannel.Sharing, BlockChannel.Items),
            hub.CreateBounded("members", capacity, BlockChannel.Sharing, BlockChannel.Items),
            progress);
        try
        {
            await result.StartAsync(count, level, cancellationToken);
            return result;
        }
        catch
        {
            await result.DisposeAsync();
            throw;
        }
    }

    /// <summary>Kills the first worker, to show that its blocks are not lost.</summary>
    public void KillOne()
    {
        _ = progress.NoteAsync($"killing worker 1 (process {_workers[0].ProcessId}) on purpose");
        _workers[0].Kill();
    }

    public async Task<TimeSpan> FinishAsync()
    {
        _isOver = true;
        long cpuTicks = _workers.Sum(static worker => CpuTimeOf(worker).Ticks);
        blocks.Writer.Complete();
        // A block that a killed worker had done may be under way for a second time.
        Task dropping = DropAsync(members.Reader);
        await Task.WhenAll(_workers.Select(static worker => worker.WaitForExitAsync())).WaitAsync(s_deadline);
        members.Writer.Complete();
        await dropping;
        return TimeSpan.FromTicks(cpuTicks);
    }

    public async ValueTask DisposeAsync()
    {
        _isOver = true;
        foreach (WorkerProcess worker in _workers)
            worker.Kill();
        await Task.WhenAll(_workers.Select(static worker => worker.DisposeAsync().AsTask()));
        await hub.ShutDownAsync(TimeSpan.Zero);
        _lost.Dispose();
    }

    /// <summary>What a process has used so far; the system tells only while it lives.</summary>
    private static TimeSpan CpuTimeOf(WorkerProcess worker)
    {
        try
        {
            using var process = Process.GetProcessById(worker.ProcessId);
            return process.TotalProcessorTime;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return TimeSpan.Zero;
        }
    }

    private static string HowItEnded(WorkerExit exit) => exit.Signal switch
    {
        1 => "was ended by SIGHUP",
        2 => "was ended by SIGINT",
        6 => "crashed (SIGABRT)",
        9 => "was killed (SIGKILL)",
        11 => "crashed (SIGSEGV)",
        15 => "was ended by SIGTERM",
        { } signal => $"was ended by signal {signal}",
        null => $"ended with exit code {exit.ExitCode}",
    };

    private static async Task DropAsync(ChannelReader<NumberedBytes> members)
    {
        await foreach (NumberedBytes member in members.ReadAllAsync())
            GC.KeepAlive(member);
    }

    private async Task StartAsync(int count, CompressionLevel level, CancellationToken cancellationToken)
    {
        for (int number = 1; number <= count; number++)
        {
            var settings = new WorkerOptions { Name = $"worker {number}", IsDaemon = true };
            _workers = [.. _workers, await WorkerProcess.StartAsync(BlockCompressor.RunAsync, blocks.Reader, members.Writer, level, settings, cancellationToken)];
        }

        await progress.NoteAsync($"workers: {string.Join(", ", _workers.Select(static worker => worker.ProcessId))}");
        _working = count;
        foreach (WorkerProcess worker in _workers)
            _ = WatchAsync(worker);
        _ = WatchAsync(blocks.DeadLetters!.Reader);
    }

    private async Task WatchAsync(WorkerProcess worker)
    {
        WorkerExit exit = await worker.WaitForExitAsync();
        if (_isOver)
            return;
        string what = $"{worker.Name} (process {worker.ProcessId}) {HowItEnded(exit)}";
        if (Interlocked.Decrement(ref _working) > 0)
            await progress.NoteAsync($"{what}; the others take over what it had");
        else
            await LoseAsync($"{what}, and no other is left.");
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
