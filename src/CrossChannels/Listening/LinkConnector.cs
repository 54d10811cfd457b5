using CrossChannels.Channels;
using CrossChannels.Diagnostics;
using CrossChannels.Links;
using CrossChannels.Protocol;
using CrossChannels.Transports;

namespace CrossChannels;

/// <summary>Connects a factory's ends to a listener or a hub.</summary>
internal static class LinkConnector
{
    private static readonly TimeSpan s_reconnectDelay = TimeSpan.FromMilliseconds(20);

    /// <summary>Waits for somebody to listen, up to <see cref="ConnectionOptions.ConnectTimeout"/>, and greets.</summary>
    /// <exception cref="LinkTimeoutException">Nobody listened, or greeted, in time.</exception>
    /// <exception cref="LinkRefusedException">The two ends do not fit; the message names both.</exception>
    /// <exception cref="NotSupportedException">What was asked for works within the owner's process only.</exception>
    public static async Task<LinkChannel<TWrite, TRead>> ConnectAsync<TWrite, TRead>(
        this LinkChannelFactory<TWrite, TRead> factory, ChannelAddress address, CancellationToken cancellationToken)
    {
        ConnectionOptions settings = factory.Settings;
        long started = settings.TimeProvider.GetTimestamp();
        bool offersLane = address.Scheme == ChannelScheme.SharedMemory;
        if (offersLane && !factory.IsDuplex)
            throw new NotSupportedException($"{address} cannot be used: a hub's channels and locks do not cross by shared memory in this version. Use the bare name.");
        while (true)
        {
            TransportConnection connection = await Transport.ConnectAsync(address, settings, cancellationToken).ConfigureAwait(false);
            LinkChannel<TWrite, TRead> channel = await factory.StartAsync(connection, offersLane, cancellationToken).ConfigureAwait(false);
            try
            {
                await channel.WaitForPeerAsync(cancellationToken).ConfigureAwait(false);
                return channel;
            }
            catch (LinkRefusedException e) when (e.InnerException is NotSupportedException)
            {
                throw new NotSupportedException(e.Message, e);
            }
            catch (LinkRefusedException e) when (offersLane && e.InnerException is PeerRefusedException { Code: ReasonCode.NoLane })
            {
                // One of the two ends could not use the lane of the other: once more, over the connection.
                Log.NoLane(settings.Logger, address.ToString(), e.Message);
                offersLane = false;
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

    private static bool IsTimeLeft(ConnectionOptions settings, long started) =>
        settings.ConnectTimeout == Timeout.InfiniteTimeSpan || settings.TimeProvider.GetElapsedTime(started) < settings.ConnectTimeout;
}
