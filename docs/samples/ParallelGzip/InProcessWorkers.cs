using System.IO.Compression;
using System.Threading.Channels;

namespace ParallelGzip;

/// <summary>The same workers as tasks of this process, on channels of the base class library.</summary>
internal sealed class InProcessWorkers : IWorkers
{
    private readonly CancellationTokenSource _over = new();
    private readonly List<Task> _tasks = [];

    public InProcessWorkers(int count, CompressionLevel level)
    {
        var workers = new List<Worker>();
        for (int number = 1; number <= count; number++)
        {
            Channel<byte[]> blocks = Channel.CreateBounded<byte[]>(BlockChannel.Capacity);
            Channel<byte[]> members = Channel.CreateBounded<byte[]>(BlockChannel.Capacity);
            workers.Add(new Worker(number, new End(blocks.Writer, members.Reader)));
            _tasks.Add(Task.Run(() => BlockCompressor.RunAsync(blocks.Reader, members.Writer, level, _over.Token)));
        }

        All = workers;
    }

    public IReadOnlyList<Worker> All { get; }

    public CancellationToken Lost => CancellationToken.None;

    public Task<WorkerLostException?> FindLostAsync() => Task.FromResult<WorkerLostException?>(null);

    public async Task<TimeSpan> FinishAsync()
    {
        foreach (Worker worker in All)
            worker.Blocks.Complete();
        await Task.WhenAll(_tasks);
        return TimeSpan.Zero;
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await Task.WhenAll(_tasks);
        _over.Dispose();
    }

    private sealed class End : Channel<byte[], byte[]>
    {
        public End(ChannelWriter<byte[]> writer, ChannelReader<byte[]> reader)
        {
            Writer = writer;
            Reader = reader;
        }
    }
}
