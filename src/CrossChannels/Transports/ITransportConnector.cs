namespace CrossChannels.Transports;

/// <summary>One way to an endpoint, tried until a process listens there.</summary>
internal interface ITransportConnector
{
    /// <summary>The address as resolved, for messages.</summary>
    string Endpoint { get; }

    /// <summary>Tries once.</summary>
    /// <exception cref="IOException">Trying again cannot help.</exception>
    ValueTask<ConnectAttempt> TryConnectAsync(CancellationToken cancellationToken);
}

/// <summary>A connection, or why there is none yet.</summary>
internal readonly record struct ConnectAttempt(TransportConnection? Connection, Exception? NotYet)
{
    public static implicit operator ConnectAttempt(TransportConnection connection) => new(connection, null);

    public static implicit operator ConnectAttempt(Exception notYet) => new(null, notYet);
}
