namespace CrossChannels.Transports;

/// <summary>One way to an endpoint, tried until somebody listens.</summary>
internal interface ITransportConnector
{
    /// <summary>The address as resolved, for messages.</summary>
    string Endpoint { get; }

    /// <summary>Tries once.</summary>
    /// <exception cref="IOException">Waiting cannot mend it.</exception>
    ValueTask<ConnectAttempt> TryConnectAsync(CancellationToken cancellationToken);
}
