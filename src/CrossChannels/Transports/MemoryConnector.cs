namespace CrossChannels.Transports;

/// <summary>Connects to a name within this process.</summary>
internal sealed class MemoryConnector(string name) : ITransportConnector
{
    public string Endpoint => $"mem:{name}";

    public ValueTask<ConnectAttempt> TryConnectAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(MemoryListener.TryConnect(name) is { } connection
            ? connection
            : new IOException($"Nobody in this process accepts connections at mem:{name}."));
    }
}
