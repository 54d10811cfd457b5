namespace CrossChannels.Hosting;

/// <summary>Puts items into the dead letters of a leased channel; opened with the first.</summary>
internal sealed class DeadLetterWriter<T>(LeasedWorkerOptions<T> options) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private CrossChannelWriter<T>? _writer;

    /// <summary>Returns when the hub has the item.</summary>
    public async Task WriteAsync(T item, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_writer is { Ending: not null } ended)
            {
                _writer = null;
                await ended.DisposeAsync().ConfigureAwait(false);
            }
            _writer ??= await CrossChannel.OpenWriterAsync(AddressOf(options.Address!), options.Items, options.Connection, cancellationToken).ConfigureAwait(false);
            await _writer.WriteAsync(item, cancellationToken).ConfigureAwait(false);
            await _writer.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    public async Task CloseAsync()
    {
        if (_writer is { } writer)
            await writer.DisposeAsync().ConfigureAwait(false);
    }

    public void Dispose() => _gate.Dispose();

    private static ChannelAddress AddressOf(ChannelAddress channel) =>
        channel.WithChannel(channel.Channel is { } name ? $"{name}.dead-letters" : "dead-letters");
}
