using CrossChannels.Channels;
using CrossChannels.Transports;

namespace CrossChannels;

/// <summary>Connects and greets, again and again while there is time.</summary>
internal static class Connecting
{
    private static readonly TimeSpan s_reconnectDelay = TimeSpan.FromMilliseconds(20);

    /// <inheritdoc cref="CrossChannel.ConnectAsync{TWrite, TRead}"/>
    public static async Task<LinkChannel<TWrite, TRead>> ConnectAsync<TWrite, TRead>(
        this LinkChannelFactory<TWrite, TRead> factory, ChannelAddress address, CancellationToken cancellationToken)
    {
        LinkSettings settings = factory.Settings;
        long started = settings.TimeProvider.GetTimestamp();
        while (true)
        {
            TransportConnection connection = await Transport.ConnectAsync(address, settings, cancellationToken).ConfigureAwait(false);
            LinkChannel<TWrite, TRead> channel = await factory.StartAsync(connection, cancellationToken).ConfigureAwait(false);
            try
            {
                await channel.WaitForPeerAsync(cancellationToken).ConfigureAwait(false);
                return channel;
            }
            catch (ConnectionLostException e) when (address.Scheme == ChannelScheme.Tls)
            {
                throw new LinkRefusedException(
                    $"The listener at {address} closed the connection right after the TLS handshake. It probably does not trust this end's certificate; its log says why.", e);
            }
            catch (CrossChannelException e) when (e is ConnectionLostException or LinkAbortedException && IsTimeLeft(settings, started))
            {
                // A listener that was just going away had taken the connection; its successor may be there already.
                await Task.Delay(s_reconnectDelay, settings.TimeProvider, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                channel.Abort("The connecting end was canceled.");
                throw;
            }
        }
    }

    private static bool IsTimeLeft(LinkSettings settings, long started) =>
        settings.ConnectTimeout == Timeout.InfiniteTimeSpan || settings.TimeProvider.GetElapsedTime(started) < settings.ConnectTimeout;
}
