using System.Runtime.Versioning;

namespace CrossChannels.Transports;

/// <summary>Listens and connects, whatever the scheme.</summary>
internal static class Transport
{
    private static readonly TimeSpan s_firstDelay = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan s_longestDelay = TimeSpan.FromMilliseconds(100);

    // What the one attempt of a timeout of zero gets.
    private static readonly TimeSpan s_shortestAttempt = TimeSpan.FromMilliseconds(100);

    /// <summary>Opens an endpoint, and waits up to <see cref="ConnectionOptions.ListenTimeout"/> for one that is in use.</summary>
    /// <exception cref="EndpointException">It is taken, not safe, or not allowed by the options.</exception>
    public static async ValueTask<ITransportListener> ListenAsync(
        ChannelAddress address, ConnectionOptions settings, CancellationToken cancellationToken)
    {
        long started = settings.TimeProvider.GetTimestamp();
        for (TimeSpan delay = s_firstDelay; ; delay = delay * 2 < s_longestDelay ? delay * 2 : s_longestDelay)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                return await TryListenAsync(address, settings, cancellationToken).ConfigureAwait(false);
            }
            catch (EndpointException e) when (e.IsInUse && MayStillListen())
            {
                // Whoever has it may be on its way out.
            }
            await Task.Delay(delay, settings.TimeProvider, cancellationToken).ConfigureAwait(false);
        }

        bool MayStillListen() =>
            settings.ListenTimeout == Timeout.InfiniteTimeSpan || settings.TimeProvider.GetElapsedTime(started) < settings.ListenTimeout;
    }

    private static async ValueTask<ITransportListener> TryListenAsync(ChannelAddress address, ConnectionOptions settings, CancellationToken cancellationToken)
    {
        switch (address.Scheme)
        {
            case ChannelScheme.Memory:
                return MemoryListener.Listen(address);
            case ChannelScheme.Nats:
                throw OnServer(address);
            case ChannelScheme.Tcp or ChannelScheme.Tls:
                return await TcpListener.ListenAsync(address, settings, cancellationToken).ConfigureAwait(false);
            case ChannelScheme.Unix:
                return OperatingSystem.IsWindows()
                    ? throw NoUnixSockets(address)
                    : await UnixListener.ListenAsync(address, settings.AllowGroup, cancellationToken).ConfigureAwait(false);
            default:
                if (OperatingSystem.IsWindows())
                    return PipeListener.Listen(address);
                CheckGroup(address, settings);
                return await UnixListener.ListenByNameAsync(address, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Connects, and waits up to <see cref="ConnectionOptions.ConnectTimeout"/> for a process to listen.</summary>
    public static ValueTask<TransportConnection> ConnectAsync(
        ChannelAddress address, ConnectionOptions settings, CancellationToken cancellationToken) =>
        ConnectAsync(address, settings, settings.ConnectTimeout, cancellationToken);

    /// <summary>Connects, and waits for a process to listen.</summary>
    /// <param name="address">Where.</param>
    /// <param name="settings">Security and clock.</param>
    /// <param name="timeout">What is left of <see cref="ConnectionOptions.ConnectTimeout"/>; zero tries once.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="LinkTimeoutException">No process listened in time.</exception>
    /// <exception cref="EndpointException">The options, or the system, do not allow it; waiting cannot help.</exception>
    public static async ValueTask<TransportConnection> ConnectAsync(
        ChannelAddress address, ConnectionOptions settings, TimeSpan timeout, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ITransportConnector connector = Connector(address, settings);
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
                    return attempt.Connection;

                lastError = attempt.NotYet;
                if (timeout == TimeSpan.Zero)
                    throw TimedOut(address, connector, timeout, lastError);

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
        if (settings.ConnectCallback is { } connect)
            return new CallbackConnector(address, connect);
        switch (address.Scheme)
        {
            case ChannelScheme.Memory:
                return new MemoryConnector(address.Name!);
            case ChannelScheme.Nats:
                throw OnServer(address);
            case ChannelScheme.Tcp or ChannelScheme.Tls:
                return new TcpConnector(address, settings);
            case ChannelScheme.Unix:
                return OperatingSystem.IsWindows() ? throw NoUnixSockets(address) : new UnixConnector(settings.AllowGroup, address.Path!);
            default:
                if (OperatingSystem.IsWindows())
                    return new PipeConnector(address.Name!);
                CheckGroup(address, settings);
                return new UnixConnector(allowGroup: false, SocketDirectory.SocketPaths(address.Name!));
        }
    }

    private static LinkTimeoutException TimedOut(
        ChannelAddress address, ITransportConnector connector, TimeSpan timeout, Exception? lastError)
    {
        string resolved = connector.Endpoint == address.ToString() ? "" : $" ({connector.Endpoint})";
        string time = timeout == TimeSpan.Zero
            ? "when it was tried, once because ConnectTimeout is zero"
            : $"within ConnectTimeout, {timeout.TotalSeconds:0.###} s";
        string question = address.Scheme switch
        {
            ChannelScheme.Memory => "Is its owner running, in this process?",
            ChannelScheme.Tcp or ChannelScheme.Tls => "Is its owner running there?",
            _ => "Is its owner running, as the same user?",
        };
        string error = lastError is null ? "" : $" Last error: {PeerText.MessageOf(lastError)}";
        return new($"No process listened at {address}{resolved} {time}. {question}{error}", lastError);
    }

    private static EndpointException OnServer(ChannelAddress address) =>
        new($"{address} is on a NATS server, where nobody listens and nobody connects to another end. Make and open shared channels and locks there, with NatsEngine or NatsChannels of the package CrossChannels.Nats.");

    // Each user has a directory of its own for bare names, where the others cannot come.
    [UnsupportedOSPlatform("windows")]
    private static void CheckGroup(ChannelAddress address, ConnectionOptions settings)
    {
        if (settings.AllowGroup)
        {
            throw new EndpointException(
                $"{nameof(ConnectionOptions)}.{nameof(ConnectionOptions.AllowGroup)} is set, and {address} is found by processes of one " +
                "user only. Use unix: with a path in a directory of the group (mode 2770).");
        }
    }

    private static EndpointException NoUnixSockets(ChannelAddress address) =>
        new($"{address} cannot be used on Windows, which does not say which user is at the other end of a Unix socket. Use a bare name " +
            "or pipe:.");
}
