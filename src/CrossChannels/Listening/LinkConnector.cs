using System.Runtime.ExceptionServices;
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

    /// <summary>Waits for a process to listen, up to <see cref="ConnectionOptions.ConnectTimeout"/>, and greets.</summary>
    /// <remarks>
    /// A connection that breaks, or is not greeted in time, is tried again within that time: the owner may just be leaving its place to
    /// another one, or be too busy to answer.
    /// </remarks>
    /// <exception cref="LinkTimeoutException">No process listened, or greeted, in time; the last cause is in it.</exception>
    /// <exception cref="LinkRefusedException">The two ends do not fit; the message names both.</exception>
    /// <exception cref="NotSupportedException">What was asked for works within the owner's process only.</exception>
    public static async Task<LinkChannel<TWrite, TRead>> ConnectAsync<TWrite, TRead>(
        this LinkChannelFactory<TWrite, TRead> factory, ChannelAddress address, CancellationToken cancellationToken)
    {
        ConnectionOptions settings = factory.Settings;
        TimeSpan timeLeft = settings.ConnectTimeout;
        long started = settings.TimeProvider.GetTimestamp();
        LaneWish wish = factory.UsesLanes ? LanePolicy.OfConnection(address, settings, factory.CarriesTraces) : LaneWish.None;
        CrossChannelException? last = null;
        for (int attempts = 0; ; attempts++)
        {
            TransportConnection connection;
            try
            {
                connection = await Transport.ConnectAsync(address, settings, timeLeft, cancellationToken).ConfigureAwait(false);
            }
            catch (LinkTimeoutException) when (last is not null)
            {
                throw NoLink(address, settings, attempts, last);
            }

            try
            {
                return await GreetAsync(factory, connection, address, wish, cancellationToken).ConfigureAwait(false);
            }
            catch (CrossChannelException e) when (e is ConnectionLostException or LinkAbortedException or LinkTimeoutException)
            {
                last = e;
            }
            catch (LinkRefusedException e) when (wish != LaneWish.None && e.InnerException is PeerRefusedException { Code: ReasonCode.NoLane })
            {
                // One of the two ends could not use the lane of the other: once more, over the connection.
                Log.NoLane(settings.Logger, address.ToString(), e.Message, wish == LaneWish.Asked);
                last = e;
                wish = LaneWish.None;
            }

            timeLeft = TimeoutRange.Left(settings.ConnectTimeout, settings.TimeProvider, started);
            if (timeLeft == TimeSpan.Zero)
                throw NoLink(address, settings, attempts + 1, last);
            await Task.Delay(s_reconnectDelay, settings.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task<LinkChannel<TWrite, TRead>> GreetAsync<TWrite, TRead>(
        LinkChannelFactory<TWrite, TRead> factory, TransportConnection connection, ChannelAddress address, LaneWish wish,
        CancellationToken cancellationToken)
    {
        LinkChannel<TWrite, TRead> channel = await factory.StartAsync(connection, wish, cancellationToken).ConfigureAwait(false);
        try
        {
            await channel.WaitForPeerAsync(cancellationToken).ConfigureAwait(false);
            return channel;
        }
        catch (LinkRefusedException e) when (e.InnerException is NotSupportedException notSupported)
        {
            // It has the whole text, which need not be read twice.
            ExceptionDispatchInfo.Throw(notSupported);
            throw;
        }
        catch (ConnectionLostException e) when (address.Scheme == ChannelScheme.Tls)
        {
            throw new LinkRefusedException(
                $"The listener at {address} closed the connection right after the TLS handshake. It probably does not trust this end's " +
                "certificate; its log says why.",
                e);
        }
        catch (OperationCanceledException)
        {
            channel.Abort("The connecting end was canceled.");
            throw;
        }
    }

    private static LinkTimeoutException NoLink(ChannelAddress address, ConnectionOptions settings, int attempts, CrossChannelException last) =>
        new($"No link to {address} was made within ConnectTimeout, {settings.ConnectTimeout.TotalSeconds:0.###} s, in {attempts} " +
            $"{(attempts == 1 ? "attempt" : "attempts")}. Last error: {PeerText.MessageOf(last)}", last);
}
