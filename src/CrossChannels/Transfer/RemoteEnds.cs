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
        CrossChannelWriter<T> writer = await ChannelConnector.OpenWriterAsync(address, content.Writes!.ToOptions<T>(), content.ConnectionToWrite, cancellationToken).ConfigureAwait(false);
        try
        {
            return new(await openReader(address, content.Reads!.ToOptions<T>(), content.ConnectionToRead, cancellationToken).ConfigureAwait(false), writer);
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

/// <summary>A shared channel of another process: a reader and a writer that are opened together.</summary>
internal sealed class RemoteChannel<T>(RemoteEnds<T, T, CrossChannelReader<T>> ends, ChannelAddress address) : SharedChannel<T>(ends.Reader, ends.Writer)
{
    public override ChannelAddress Address => address;

    public static async Task<RemoteChannel<T>> OpenAsync(TransferContent content, CancellationToken cancellationToken) => new(
        await RemoteEnds<T, T, CrossChannelReader<T>>.OpenAsync(content, ChannelConnector.OpenReaderAsync, cancellationToken).ConfigureAwait(false), content.Address)
    {
        Origin = TransferOrigin.Both,
    };

    public override void Abort(string? reason = null) => ends.Abort(reason);

    public override ValueTask DisposeAsync() => ends.DisposeAsync();

    public override void Dispose() => ends.Dispose();
}

/// <summary>A leased channel of another process: a reader of leases and a writer that are opened together.</summary>
internal sealed class RemoteLeasedChannel<T>(RemoteEnds<T, Lease<T>, LeasedReader<T>> ends, ChannelAddress address) : LeasedChannel<T>(ends.Reader, ends.Writer)
{
    public override ChannelAddress Address => address;

    /// <remarks>Their owner has them.</remarks>
    public override SharedChannel<T>? DeadLetters => null;

    public static async Task<RemoteLeasedChannel<T>> OpenAsync(TransferContent content, CancellationToken cancellationToken) => new(
        await RemoteEnds<T, Lease<T>, LeasedReader<T>>.OpenAsync(content, ChannelConnector.OpenLeasedReaderAsync, cancellationToken).ConfigureAwait(false), content.Address)
    {
        Origin = TransferOrigin.Both,
    };

    public override void Abort(string? reason = null) => ends.Abort(reason);

    public override ValueTask DisposeAsync() => ends.DisposeAsync();

    public override void Dispose() => ends.Dispose();
}
