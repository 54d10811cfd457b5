using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;
using System.Threading.Channels;

namespace ParallelGzip;

/// <summary>The same workers as tasks of this process, on channels of the base class library.</summary>
internal sealed class InProcessWorkers : IWorkers
{
    private readonly Channel<NumberedBytes> _blocks;
    private readonly Channel<NumberedBytes> _members;
    private readonly CancellationTokenSource _over = new();
    private readonly Task[] _tasks;

    public InProcessWorkers(int count, CompressionLevel level)
    {
        Count = count;
        _blocks = Channel.CreateBounded<NumberedBytes>(count * BlockChannel.CapacityPerWorker);
        _members = Channel.CreateBounded<NumberedBytes>(count * BlockChannel.CapacityPerWorker);
        _tasks = [.. Enumerable.Range(0, count).Select(_ => Task.Run(() => WorkAsync(level, _over.Token)))];
    }

    public int Count { get; }

    public ChannelWriter<NumberedBytes> Blocks => _blocks.Writer;

    public ChannelReader<NumberedBytes> Members => _members.Reader;

    public CancellationToken Lost => CancellationToken.None;

    public WorkerLostException? WhyLost => null;

    public async Task<TimeSpan> FinishAsync()
    {
        _blocks.Writer.Complete();
        await Task.WhenAll(_tasks);
        return TimeSpan.Zero;
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await Task.WhenAll(_tasks);
        _over.Dispose();
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever goes wrong here is told to the other end.")]
    private async Task WorkAsync(CompressionLevel level, CancellationToken cancellationToken)
    {
        using var compressor = new BlockCompressor(level);
        try
        {
            await foreach (NumberedBytes block in _blocks.Reader.ReadAllAsync(cancellationToken))
                await _members.Writer.WriteAsync(compressor.Compress(block), cancellationToken);
        }
        catch (Exception e)
        {
            _members.Writer.TryComplete(e);
        }
    }
}
