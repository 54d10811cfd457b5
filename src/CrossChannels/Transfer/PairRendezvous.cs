using System.Security.Cryptography;
using System.Text;
using CrossChannels.Diagnostics;
using CrossChannels.Hub;
using CrossChannels.Links;
using CrossChannels.Protocol;
using CrossChannels.Transports;

namespace CrossChannels.Transfer;

/// <summary>How the two ends of a pair find each other from different processes: one listens at a private endpoint, the other connects and shows the pair's secret.</summary>
internal static class PairRendezvous
{
    private static readonly TimeSpan s_shortestWait = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_reconnectDelay = TimeSpan.FromMilliseconds(20);

    /// <summary>How long one end waits for the other to be opened.</summary>
    public static TimeSpan WaitOf(ConnectionOptions settings) =>
        settings.ConnectTimeout == Timeout.InfiniteTimeSpan || settings.ConnectTimeout > s_shortestWait ? settings.ConnectTimeout : s_shortestWait;

    /// <summary>An address that cannot be guessed.</summary>
    public static ChannelAddress NewAddress() => ChannelAddress.Local($"pair-{NewSecret()}");

    /// <summary>Listens at a new private endpoint, and removes those of killed processes.</summary>
    public static async Task<ITransportListener> ListenAsync(CancellationToken cancellationToken)
    {
        ITransportListener listener = await Transport.ListenAsync(NewAddress(), ConnectionOptions.Default, cancellationToken).ConfigureAwait(false);
        if (!OperatingSystem.IsWindows() && listener.Address.Path is { } path)
            await StaleSockets.RemoveAsync(Path.GetDirectoryName(path)!, "pair-*.sock", s_shortestWait * 2, CancellationToken.None).ConfigureAwait(false);
        return listener;
    }

    /// <summary>What the two ends of a pair show each other, as the name of their channel.</summary>
    public static string NewSecret() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    /// <summary>Accepts the one connection that shows the secret.</summary>
    /// <exception cref="OperationCanceledException">It did not come.</exception>
    public static async Task<PairConnection> AcceptAsync(ITransportListener listener, string secret, ConnectionOptions settings, CancellationToken cancellationToken)
    {
        while (true)
        {
            TransportConnection connection = await listener.AcceptAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                using var deadline = new CancellationTokenSource(settings.GreetingTimeout, settings.TimeProvider);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
                LinkWire wire = await connection.OpenWireAsync(either.Token).ConfigureAwait(false);
                (Hello? hello, LinkInput input) = await HubGreeting.ReadAsync(wire.Input, wire.Input, either.Token).ConfigureAwait(false);
                if (hello is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(hello.Channel), Encoding.UTF8.GetBytes(secret)))
                    return new PairConnection(input, wire.Output, wire.Peer, hello);
                await connection.DisposeAsync().ConfigureAwait(false);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                await connection.DisposeAsync().ConfigureAwait(false);
                Log.GreetingFailed(settings.Logger, connection.RemoteEndpoint, e);
            }
            catch
            {
                await connection.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }
    }

    /// <summary>Connects, greets, and waits for the other end to answer. If the other end moves meanwhile, it is looked for again.</summary>
    /// <exception cref="LinkTimeoutException">No listener was found in time.</exception>
    /// <exception cref="OperationCanceledException">It was canceled, or the other end did not answer in time.</exception>
    public static async Task<PairConnection> ConnectAsync(ChannelAddress address, byte[] greeting, ConnectionOptions settings, CancellationToken cancellationToken)
    {
        while (true)
        {
            TransportConnection connection = await Transport.ConnectAsync(address, settings, cancellationToken).ConfigureAwait(false);
            try
            {
                LinkWire wire = await connection.OpenWireAsync(cancellationToken).ConfigureAwait(false);
                await connection.Output.WriteAsync(greeting, cancellationToken).ConfigureAwait(false);
                await connection.Output.FlushAsync(cancellationToken).ConfigureAwait(false);
                byte[] first = new byte[Preamble.Size + Preamble.MaxHelloLength];
                int count = await connection.Input.ReadAsync(first, cancellationToken).ConfigureAwait(false);
                if (count > 0)
                    return new PairConnection(new ReplayInput(first.AsMemory(0, count), wire.Input), wire.Output, wire.Peer, Hello: null);
            }
            catch (IOException e) when (e is not CrossChannelException)
            {
                // The end that held the connection has moved to another process, or died; the next attempt shows which.
            }
            catch
            {
                await connection.DisposeAsync().ConfigureAwait(false);
                throw;
            }
            await connection.DisposeAsync().ConfigureAwait(false);
            await Task.Delay(s_reconnectDelay, settings.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
    }
}

/// <summary>A connection between the two ends of a pair that are in different processes.</summary>
/// <param name="Input">What was read already comes again.</param>
/// <param name="Output">To the other end.</param>
/// <param name="Peer">The other end.</param>
/// <param name="Hello">What the other end said, where it was read.</param>
internal sealed record PairConnection(LinkInput Input, LinkOutput Output, LinkPeer Peer, Hello? Hello)
{
    public ValueTask DisposeAsync() => Peer.Connection!.DisposeAsync();

    /// <summary>Tells the other end why this one will not come.</summary>
    public void Refuse(ConnectionOptions settings, string why) => new HubRequest(Hello!, Input, Output, Peer).Refuse(settings, why);
}
