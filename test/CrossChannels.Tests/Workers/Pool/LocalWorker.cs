using CrossChannels.Workers;
using CrossChannels.Workers.Pool;

namespace CrossChannels.Tests.Workers.Pool;

/// <summary>A worker of a pool that lives in this process. Killed, its link breaks; what its task does then nobody sees.</summary>
internal sealed class LocalWorker : IPoolWorker
{
    private static readonly AsyncLocal<LocalWorker?> s_current = new();

    private readonly TaskCompletionSource<WorkerExit> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly DuplexChannel<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> _theirs;

    private int _hasDied;

    private LocalWorker(DuplexChannelOptions<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> options)
    {
        (Link, _theirs) = CrossChannel.CreatePair(options, options);
        _ = RunAsync();
    }

    /// <summary>The one whose task asks.</summary>
    public static LocalWorker? Current => s_current.Value;

    public static WorkCount Counted { get; set; } = new();

    /// <summary>Of the test that it was made in.</summary>
    public WorkCount Count { get; } = Counted;

    public int ProcessId => Environment.ProcessId;

    public DuplexChannel<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> Link { get; }

    public Task<WorkerExit> Exited => _exited.Task;

    public static Task<IPoolWorker> StartAsync(string name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult<IPoolWorker>(new LocalWorker(ProcessPoolWorker.LinkOptions));
    }

    /// <summary>One whose messages have at most so many bytes.</summary>
    public static Task<IPoolWorker> StartSmallAsync(int maxItemBytes) => Task.FromResult<IPoolWorker>(new LocalWorker(new()
    {
        WriteItems = new() { MaxItemBytes = maxItemBytes },
        ReadItems = new() { MaxItemBytes = maxItemBytes },
    }));

    public void Kill() => Die(137);

    public void Die(int code)
    {
        if (Interlocked.Exchange(ref _hasDied, 1) != 0)
            return;
        Count.Die(this);
        _theirs.Abort();
        _exited.SetResult(new WorkerExit(code));
    }

    public async ValueTask DisposeAsync()
    {
        Kill();
        Link.Abort();
        await Link.DisposeAsync();
    }

    private async Task RunAsync()
    {
        s_current.Value = this;
        await Task.Yield();
        try
        {
            await PoolWorkerMain.RunAsync(_theirs);
        }
        finally
        {
            Die(0);
        }
    }
}
