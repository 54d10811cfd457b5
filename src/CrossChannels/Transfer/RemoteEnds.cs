namespace CrossChannels.Transfer;

/// <summary>A reader and a writer of one channel of another process, which are opened and left together.</summary>
internal readonly record struct RemoteEnds<T, TItem, TReader>(TReader Reader, CrossChannelWriter<T> Writer)
    where TReader : CrossChannelReader<TItem>
{
    /// <param name="content">Says how.</param>
    /// <param name="openReader">Opens the reader; if that fails, the writer leaves again.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public static async Task<RemoteEnds<T, TItem, TReader>> OpenAsync(
        TransferContent content, Func<ChannelAddress, ItemOptions<T>, ConnectionOptions, CancellationToken, Task<TReader>> openReader, CancellationToken cancellationToken)
    {
        ChannelAddress address = content.Address;
        CrossChannelWriter<T> writer = await CrossChannel.OpenWriterAsync(address, content.Writes!.ToSettings<T>(), content.LinkToWrite(), cancellationToken).ConfigureAwait(false);
        try
        {
            return new(await openReader(address, content.Reads!.ToSettings<T>(), content.LinkToRead(), cancellationToken).ConfigureAwait(false), writer);
        }
        catch
        {
            await writer.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <remarks>The owner ends a channel; these ends only leave it.</remarks>
    public void Abort(string? reason)
    {
        _ = Reader.CloseAsync(reason).AsTask();
        Writer.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await Reader.DisposeAsync().ConfigureAwait(false);
        await Writer.DisposeAsync().ConfigureAwait(false);
    }

    public void Dispose()
    {
        Reader.Dispose();
        Writer.Dispose();
    }
}
