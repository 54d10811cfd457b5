using System.Threading.Channels;

namespace ParallelGzip;

/// <summary>Source, workers, ordered writer. It knows channels and not what is behind them: processes or tasks.</summary>
internal static class Pipeline
{
    /// <summary>Reads, compresses and writes everything. The workers' channels are left open.</summary>
    public static async Task RunAsync(BlockSource source, IWorkers workers, Stream output, Progress progress, CancellationToken cancellationToken)
    {
        // The number of every block is in "underWay" from being read to being written, so that its capacity bounds the memory of all stages together.
        Channel<long> underWay = Channel.CreateBounded<long>(workers.Count * 3 * BlockChannel.CapacityPerWorker);

        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] stages =
        [
            ReadAsync(source, underWay.Writer, workers.Blocks, progress, failed.Token),
            WriteAsync(underWay.Reader, workers.Members, output, progress, failed.Token),
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
        BlockSource source, ChannelWriter<long> underWay, ChannelWriter<NumberedBytes> blocks, Progress progress, CancellationToken cancellationToken)
    {
        long number = 0;
        await foreach (byte[] bytes in source.ReadAllAsync(cancellationToken))
        {
            await underWay.WriteAsync(number, cancellationToken);
            progress.BlockRead(bytes.Length);
            await blocks.WriteAsync(new NumberedBytes(number++, bytes), cancellationToken);
        }

        underWay.Complete();
    }

    private static async Task WriteAsync(
        ChannelReader<long> underWay, ChannelReader<NumberedBytes> members, Stream output, Progress progress, CancellationToken cancellationToken)
    {
        var early = new Dictionary<long, byte[]>();
        // Peek, so that the block counts as under way until it is written.
        while (await underWay.WaitToReadAsync(cancellationToken) && underWay.TryPeek(out long number))
        {
            byte[]? bytes;
            while (!early.Remove(number, out bytes))
            {
                NumberedBytes member = await members.ReadAsync(cancellationToken);
                // What comes a second time is the work of one that was killed before it could say that it had done it.
                if (member.Number >= number)
                    early[member.Number] = member.Bytes;
            }

            await output.WriteAsync(bytes, cancellationToken);
            underWay.TryRead(out _);
            progress.BlockWritten(bytes.Length);
        }
    }
}
