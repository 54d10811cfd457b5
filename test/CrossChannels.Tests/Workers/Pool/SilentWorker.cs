using CrossChannels.Workers;
using CrossChannels.Workers.Pool;

namespace CrossChannels.Tests.Workers.Pool;

/// <summary>A worker that never takes what it is sent, until it is killed.</summary>
internal sealed class SilentWorker : IPoolWorker
{
    private readonly TaskCompletionSource<WorkerExit> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly DuplexChannel<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> _theirs;

    private SilentWorker() => (Link, _theirs) = CrossChannel.CreatePair(ProcessPoolWorker.LinkOptions, ProcessPoolWorker.LinkOptions);

    public int ProcessId => Environment.ProcessId;

    public DuplexChannel<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> Link { get; }

    public Task<WorkerExit> Exited => _exited.Task;

    public static Task<IPoolWorker> StartAsync(string name, CancellationToken cancellationToken) => Task.FromResult<IPoolWorker>(new SilentWorker());

    public void Kill()
    {
        _theirs.Abort();
        _exited.TrySetResult(new WorkerExit(137));
    }

    public async ValueTask DisposeAsync()
    {
        Kill();
        Link.Abort();
        await Link.DisposeAsync();
    }
}
