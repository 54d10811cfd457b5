using System.Threading.Channels;

namespace ParallelGzip;

/// <summary>Source, workers, ordered writer. It knows channels and not what is behind them: processes or tasks.</summary>
internal static class Pipeline
{
    /// <summary>Reads, compresses and writes everything. The workers' channels are left open.</summary>
    public static async Task RunAsync(
        BlockSource source, IReadOnlyList<Worker> workers, Stream output, Progress progress, CancellationToken cancellationToken)
    {
        // Every block is in "ordered" from being read to being written, so that its capacity bounds the memory of all stages together.
        Channel<Block> ordered = Channel.CreateBounded<Block>(workers.Count * 3 * BlockChannel.Capacity);
        Channel<Block> waiting = Channel.CreateUnbounded<Block>();

        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] stages =
        [
            ReadAsync(source, ordered.Writer, waiting.Writer, progress, failed.Token),
            .. workers.Select(worker => FeedAsync(waiting.Reader, worker, failed.Token)),
            WriteAsync(ordered.Reader, output, progress, failed.Token),
        ];

        Task? firstFailure = null;
        await foreach (Task stage in Task.WhenEach(stages))
        {
            if (stage.IsCompletedSuccessfully)
                continue;
            firstFailure ??= stage;
            await failed.CancelAsync();
        }

        await (firstFailure ?? Task.CompletedTask);
    }

    private static async Task ReadAsync(
        BlockSource source, ChannelWriter<Block> ordered, ChannelWriter<Block> waiting, Progress progress, CancellationToken cancellationToken)
    {
        await foreach (byte[] bytes in source.ReadAllAsync(cancellationToken))
        {
            var block = new Block(bytes);
            await ordered.WriteAsync(block, cancellationToken);
            progress.BlockRead(bytes.Length);
            await waiting.WriteAsync(block, cancellationToken);
        }

        ordered.Complete();
        waiting.Complete();
    }

    /// <summary>Gives a worker the next block whenever it has room: the channel's back-pressure shares out the work.</summary>
    private static async Task FeedAsync(ChannelReader<Block> waiting, Worker worker, CancellationToken cancellationToken)
    {
        while (await worker.Blocks.WaitToWriteAsync(cancellationToken) && await waiting.WaitToReadAsync(cancellationToken))
        {
            if (!waiting.TryRead(out Block? block))
                continue;
            block.GiveTo(worker);
            await worker.Blocks.WriteAsync(block.Bytes, cancellationToken);
            worker.Given++;
        }
    }

    private static async Task WriteAsync(ChannelReader<Block> ordered, Stream output, Progress progress, CancellationToken cancellationToken)
    {
        // Peek, so that the block counts as under way until it is written.
        while (await ordered.WaitToReadAsync(cancellationToken) && ordered.TryPeek(out Block? block))
        {
            Worker worker = await block.Worker.WaitAsync(cancellationToken);
            byte[] member = await worker.Members.ReadAsync(cancellationToken);
            worker.Returned++;
            await output.WriteAsync(member, cancellationToken);
            ordered.TryRead(out _);
            progress.BlockWritten(member.Length);
        }
    }
}
