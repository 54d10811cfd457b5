namespace CrossChannels.Transports;

/// <summary>Listens and connects, whatever the scheme.</summary>
internal static class Transport
{
    private static readonly TimeSpan s_firstDelay = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan s_longestDelay = TimeSpan.FromMilliseconds(100);

    // What the one attempt of a timeout of zero gets.
    private static readonly TimeSpan s_shortestAttempt = TimeSpan.FromMilliseconds(100);

    /// <summary>Opens an endpoint.</summary>
    /// <exception cref="EndpointException">It is taken, not safe, or not allowed by the settings.</exception>
    public static async ValueTask<ITransportListener> ListenAsync(
        ChannelAddress address, ConnectionOptions settings, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        switch (address.Scheme)
        {
            case ChannelScheme.Memory:
                return MemoryListener.Listen(address);
            case ChannelScheme.Tcp or ChannelScheme.Tls:
                return await TcpListener.ListenAsync(address, settings, cancellationToken).ConfigureAwait(false);
            case ChannelScheme.Unix:
                return OperatingSystem.IsWindows()
                    ? throw NoUnixSockets(address)
                    : await UnixListener.ListenAsync(address, cancellationToken).ConfigureAwait(false);
            default:
                return OperatingSystem.IsWindows()
                    ? PipeListener.Listen(address)
                    : await UnixListener.ListenByNameAsync(address, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Connects, and waits up to <see cref="ConnectionOptions.ConnectTimeout"/> for somebody to listen.</summary>
    /// <exception cref="LinkTimeoutException">Nobody listened in time.</exception>
    /// <exception cref="EndpointException">The settings, or the system, do not allow it; waiting cannot mend that.</exception>
    public static async ValueTask<TransportConnection> ConnectAsync(
        ChannelAddress address, ConnectionOptions settings, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ITransportConnector connector = Connector(address, settings);
        TimeSpan timeout = settings.ConnectTimeout;
        using CancellationTokenSource deadline = new(
            timeout >= TimeSpan.Zero && timeout < s_shortestAttempt ? s_shortestAttempt : timeout, settings.TimeProvider);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        Exception? lastError = null;
        try
        {
            for (TimeSpan delay = s_firstDelay; ; delay = delay * 2 < s_longestDelay ? delay * 2 : s_longestDelay)
            {
                ConnectAttempt attempt = await connector.TryConnectAsync(either.Token).ConfigureAwait(false);
                if (attempt.Connection is not null)
                {
                    return attempt.Connection;
                }

                lastError = attempt.NotYet;
                if (timeout == TimeSpan.Zero)
                {
                    throw TimedOut(address, connector, timeout, lastError);
                }

                await Task.Delay(delay, settings.TimeProvider, either.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException e)
        {
            throw cancellationToken.IsCancellationRequested
                ? new OperationCanceledException(e.Message, e, cancellationToken)
                : TimedOut(address, connector, timeout, lastError);
        }
    }

    private static ITransportConnector Connector(ChannelAddress address, ConnectionOptions settings)
    {
        switch (address.Scheme)
        {
            case ChannelScheme.Memory:
                return new MemoryConnector(address.Name!);
            case ChannelScheme.Tcp or ChannelScheme.Tls:
                return new TcpConnector(address, settings);
            case ChannelScheme.Unix:
                return OperatingSystem.IsWindows() ? throw NoUnixSockets(address) : new UnixConnector(address.Path!);
            default:
                return OperatingSystem.IsWindows()
                    ? new PipeConnector(address.Name!)
                    : new UnixConnector(EndpointDirectory.SocketPaths(address.Name!));
        }
    }

    private static LinkTimeoutException TimedOut(ChannelAddress address, ITransportConnector connector, TimeSpan timeout, Exception? lastError)
    {
        string resolved = connector.Endpoint == address.ToString() ? "" : $" ({connector.Endpoint})";
        string error = lastError is null ? "" : $" Last error: {lastError.Message}";
        return new(
            $"Nobody listened at {address}{resolved} within {timeout.TotalSeconds:0.###} s. Is its owner running, as the same user?{error}",
            lastError);
    }

    private static EndpointException NoUnixSockets(ChannelAddress address) =>
        new($"{address} cannot be used on Windows, which does not say who is at the other end of a Unix socket. Use a bare name or pipe:.");
}
