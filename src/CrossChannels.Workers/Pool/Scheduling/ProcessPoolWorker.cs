using System.Threading.Channels;
using CrossChannels.Workers.Arguments;

namespace CrossChannels.Workers.Pool;

/// <summary>A worker of a pool that is a process.</summary>
internal sealed class ProcessPoolWorker : IPoolWorker
{
    private const int Capacity = 1024;

    // What a dead process wrote is here long before; a program that it started may hold its end of the link.
    private static readonly TimeSpan s_drainTimeout = TimeSpan.FromSeconds(2);

    private readonly WorkerProcess _process;

    private ProcessPoolWorker(WorkerProcess process, DuplexChannel<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> link)
    {
        _process = process;
        Link = link;
        _ = EndLinkAsync();
    }

    public int ProcessId => _process.ProcessId;

    public DuplexChannel<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> Link { get; }

    public Task<WorkerExit> Exited => _process.WaitForExitAsync();

    /// <summary>A message travels as one item, however large a task in it is.</summary>
    public static DuplexChannelOptions<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> LinkOptions { get; } = new()
    {
        Reading = new BoundedChannelOptions(Capacity),
        WriteItems = new() { MaxItemBytes = ArgumentList.MaxMessageBytes },
        ReadItems = new() { MaxItemBytes = ArgumentList.MaxMessageBytes },
    };

    public static async Task<IPoolWorker> StartAsync(WorkerOptions options, CancellationToken cancellationToken)
    {
        (DuplexChannel<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> ours, DuplexChannel<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> theirs) =
            CrossChannel.CreatePair(LinkOptions, LinkOptions);
        try
        {
            WorkerProcess process = await WorkerProcess.LaunchAsync(
                PoolWorkerMain.RunAsync, new ArgumentList().Add(theirs), options, cancellationToken, isOfPool: true).ConfigureAwait(false);
            return new ProcessPoolWorker(process, ours);
        }
        catch
        {
            ours.Abort();
            theirs.Abort();
            throw;
        }
    }

    public void Kill() => _process.Kill();

    public async ValueTask DisposeAsync()
    {
        Link.Abort();
        await Link.DisposeAsync().ConfigureAwait(false);
        await _process.DisposeAsync().ConfigureAwait(false);
    }

    private async Task EndLinkAsync()
    {
        await Exited.ConfigureAwait(false);
        await Task.WhenAny(Link.Reader.Completion, Task.Delay(s_drainTimeout)).ConfigureAwait(false);
        Link.Abort();
    }
}
