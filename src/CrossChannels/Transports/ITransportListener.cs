namespace CrossChannels.Transports;

/// <summary>An endpoint that listens.</summary>
internal interface ITransportListener : IAsyncDisposable
{
    /// <summary>The address as resolved: path, or port that the system chose.</summary>
    ChannelAddress Address { get; }

    /// <summary>Takes the next connection, which is not trusted yet.</summary>
    /// <exception cref="ObjectDisposedException">The listener was disposed, also during the wait.</exception>
    /// <exception cref="IOException">The system refused for now (out of files); the caller backs off and tries again.</exception>
    ValueTask<TransportConnection> AcceptAsync(CancellationToken cancellationToken);
}
