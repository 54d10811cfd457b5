namespace CrossChannels.Transports;

/// <summary>A connection, or why there is none yet.</summary>
internal readonly record struct ConnectAttempt(TransportConnection? Connection, Exception? NotYet)
{
    public static implicit operator ConnectAttempt(TransportConnection connection) => new(connection, null);

    public static implicit operator ConnectAttempt(Exception notYet) => new(null, notYet);
}
