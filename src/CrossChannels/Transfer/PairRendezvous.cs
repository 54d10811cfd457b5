using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;
using CrossChannels.Diagnostics;
using CrossChannels.Hub;
using CrossChannels.Links;
using CrossChannels.Protocol;
using CrossChannels.Transports;
using Microsoft.Win32.SafeHandles;

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
                ReceivedGreeting greeting = await ReadAsync(wire, connection, either.Token).ConfigureAwait(false);
                if (greeting.Hello is { } hello && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(hello.Channel), Encoding.UTF8.GetBytes(secret)))
                    return new PairConnection(greeting, wire.Output, wire.Peer);
                greeting.Dispose();
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
    /// <param name="address">Where the other end listens.</param>
    /// <param name="greet">Makes this end's greeting, of what it says that it can do.</param>
    /// <param name="lanes">For lanes; null for none.</param>
    /// <param name="settings">Security and clock.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="LinkTimeoutException">No listener was found in time.</exception>
    /// <exception cref="OperationCanceledException">It was canceled, or the other end did not answer in time.</exception>
    public static async Task<PairConnection> ConnectAsync(
        ChannelAddress address, Func<ulong, byte[]> greet, PairLaneTerms? lanes, ConnectionOptions settings, CancellationToken cancellationToken)
    {
        while (true)
        {
            TransportConnection connection = await Transport.ConnectAsync(address, settings, cancellationToken).ConfigureAwait(false);
            try
            {
                LinkWire wire = await connection.OpenWireAsync(cancellationToken).ConfigureAwait(false);
                PairConnection? way = OperatingSystem.IsLinux() && connection.Descriptors is { } socket && lanes is not null
                    ? await GreetAsync(wire, socket, greet, lanes, settings, cancellationToken).ConfigureAwait(false)
                    : await GreetAsync(wire, connection, greet(0), cancellationToken).ConfigureAwait(false);
                if (way is not null)
                    return way;
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

    /// <summary>Offers lanes. The other end's greeting says whether it takes them.</summary>
    /// <returns>Null if the connection ended first.</returns>
    [SupportedOSPlatform("linux")]
    private static async Task<PairConnection?> GreetAsync(
        LinkWire wire, DescriptorSocket socket, Func<ulong, byte[]> greet, PairLaneTerms terms, ConnectionOptions settings, CancellationToken cancellationToken)
    {
        PairLanes? lanes = PairLanes.TryMake(terms, settings, wire.Peer, out SafeFileHandle[] descriptors);
        try
        {
            try
            {
                socket.Send(greet(lanes?.Features ?? 0), descriptors);
            }
            finally
            {
                foreach (SafeFileHandle descriptor in descriptors)
                    descriptor.Dispose();
            }
            ReceivedGreeting greeting = await ReceivedGreeting.ReadAsync(wire.Input, socket, cancellationToken).ConfigureAwait(false);
            bool areTaken = greeting.Hello is { } hello && (hello.Features & HelloFeatures.Lanes) != 0;
            if (!areTaken || greeting.IsEmpty)
            {
                if (lanes is not null && !greeting.IsEmpty)
                    Log.NoLane(settings.Logger, wire.Peer.Endpoint, "the other end does not take it", isAsked: false);
                lanes?.Dispose();
                lanes = null;
            }
            return greeting.IsEmpty ? null : new PairConnection(greeting, wire.Output, wire.Peer) { Lanes = lanes };
        }
        catch
        {
            lanes?.Dispose();
            throw;
        }
    }

    private static async Task<PairConnection?> GreetAsync(LinkWire wire, TransportConnection connection, byte[] greeting, CancellationToken cancellationToken)
    {
        await connection.Output.WriteAsync(greeting, cancellationToken).ConfigureAwait(false);
        await connection.Output.FlushAsync(cancellationToken).ConfigureAwait(false);
        byte[] first = new byte[Preamble.Size + Preamble.MaxHelloLength];
        int count = await connection.Input.ReadAsync(first, cancellationToken).ConfigureAwait(false);
        return count == 0 ? null : new PairConnection(new ReceivedGreeting(null, new ReplayInput(first.AsMemory(0, count), wire.Input), [], IsLost: false, IsEmpty: false), wire.Output, wire.Peer);
    }

    /// <summary>Reads the greeting of the end that connects, and what came with it.</summary>
    private static async Task<ReceivedGreeting> ReadAsync(LinkWire wire, TransportConnection connection, CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsWindows() && connection.Descriptors is { } socket)
            return await ReceivedGreeting.ReadAsync(wire.Input, socket, cancellationToken).ConfigureAwait(false);
        (Hello? hello, _, LinkInput input) = await HubGreeting.ReadAsync(wire.Input, [], cancellationToken).ConfigureAwait(false);
        return new ReceivedGreeting(hello, input, [], IsLost: false, IsEmpty: false);
    }
}

/// <summary>A connection between the two ends of a pair that are in different processes.</summary>
/// <param name="Greeting">What the other end said. Its input has that once more.</param>
/// <param name="Output">To the other end.</param>
/// <param name="Peer">The other end.</param>
internal sealed record PairConnection(ReceivedGreeting Greeting, LinkOutput Output, LinkPeer Peer)
{
    /// <summary>At the end that connected: the lanes that the other end has taken.</summary>
    public PairLanes? Lanes { get; init; }

    public ValueTask DisposeAsync()
    {
        Greeting.Dispose();
        return Peer.Connection!.DisposeAsync();
    }

    /// <summary>Starts the link of the end that listened, over the lanes that came, if both ends can.</summary>
    public void Accept(Link link, PairLaneTerms? terms)
    {
        using (Greeting)
        {
            ulong answer = 0;
            if (OperatingSystem.IsLinux() && terms is not null && PairLanes.TryOpen(terms, link.Settings, Peer, Greeting) is { } lanes && lanes.TryGive(link, Greeting.Hello!.Features))
                answer = PairLanes.Answer;
            link.Start(Greeting.Input, Output, Peer, isGreetingSent: false, answer);
        }
    }

    /// <summary>Starts the link of the end that connected.</summary>
    public void Begin(Link link)
    {
        if (OperatingSystem.IsLinux() && Lanes is not null && !Lanes.TryGive(link, Greeting.Hello!.Features))
            throw new InvalidOperationException("More was accepted before the end of a pair was connected than its reader has room for.");
        link.Start(Greeting.Input, Output, Peer, isGreetingSent: true);
    }

    /// <summary>Tells the other end why this one will not come.</summary>
    public void Refuse(ConnectionOptions settings, string why)
    {
        Greeting.Dispose();
        new HubRequest(Greeting.Hello!, Greeting.Input, Output, Peer).Refuse(settings, why);
    }
}
