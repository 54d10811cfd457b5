namespace CrossChannels.Ends;

/// <summary>A leased channel of another process: a reader of leases and a writer that are opened together.</summary>
internal sealed class RemoteLeasedChannel<T>(LeasedReader<T> reader, CrossChannelWriter<T> writer, ChannelAddress address) : LeasedChannel<T>(reader, writer)
{
    public override ChannelAddress Address => address;

    /// <remarks>They are at their owner.</remarks>
    public override CrossChannel<T>? DeadLetters => null;

    public static async Task<RemoteLeasedChannel<T>> OpenAsync(EndContent content, CancellationToken cancellationToken)
    {
        ChannelAddress address = content.Address;
        CrossChannelWriter<T> writer = await CrossChannel.OpenWriterAsync(address, content.Writes!.ToSettings<T>(), content.LinkToWrite(), cancellationToken).ConfigureAwait(false);
        try
        {
            LeasedReader<T> reader = await CrossChannel.OpenLeasedReaderAsync(address, content.Reads!.ToSettings<T>(), content.LinkToRead(), cancellationToken).ConfigureAwait(false);
            return new RemoteLeasedChannel<T>(reader, writer, address) { Origin = RefusedOrigin.Both };
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
