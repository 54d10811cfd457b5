namespace CrossChannels.Ends;

/// <summary>A shared channel of another process: a reader and a writer that are opened together.</summary>
internal sealed class RemoteChannel<T>(CrossChannelReader<T> reader, CrossChannelWriter<T> writer, ChannelAddress address) : CrossChannel<T>(reader, writer)
{
    public override ChannelAddress Address => address;

    public static async Task<RemoteChannel<T>> OpenAsync(EndContent content, CancellationToken cancellationToken)
    {
        ChannelAddress address = content.Address;
        CrossChannelWriter<T> writer = await CrossChannel.OpenWriterAsync(address, content.Writes!.ToSettings<T>(), content.LinkToWrite(), cancellationToken).ConfigureAwait(false);
        try
        {
            CrossChannelReader<T> reader = await CrossChannel.OpenReaderAsync(address, content.Reads!.ToSettings<T>(), content.LinkToRead(), cancellationToken).ConfigureAwait(false);
            return new RemoteChannel<T>(reader, writer, address) { Origin = RefusedOrigin.Both };
        }
        catch
        {
            await writer.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <remarks>The owner ends a channel; this end only leaves it.</remarks>
    public override void Abort(string? reason = null)
    {
        _ = Reader.CloseAsync(reason).AsTask();
        Writer.Dispose();
    }

    public override async ValueTask DisposeAsync()
    {
        await Reader.DisposeAsync().ConfigureAwait(false);
        await Writer.DisposeAsync().ConfigureAwait(false);
    }

    public override void Dispose()
    {
        Reader.Dispose();
        Writer.Dispose();
    }
}
