using CrossChannels.Diagnostics;
using CrossChannels.Hub;
using CrossChannels.Links;
using CrossChannels.Transports;
using Microsoft.Win32.SafeHandles;

namespace CrossChannels;

/// <summary>Accepts the connections of a hub, reads what each asks for, and attaches it.</summary>
internal sealed class HubListener : IAsyncDisposable
{
    // Between the start of a hub and the creation of its channels. A longer wait would delay the answer to a mistyped name.
    private static readonly TimeSpan s_nameTimeout = TimeSpan.FromSeconds(1);

    // A hub that has nothing at all is not one that was asked for a mistyped name: its program has not come to making anything, which can take
    // seconds on a busy machine. Well within ConnectTimeout, so that who asks is told what is missing.
    private static readonly TimeSpan s_firstNameTimeout = TimeSpan.FromSeconds(5);

    private readonly ITransportListener _listener;
    private readonly HubDirectory _directory;
    private readonly HubOptions _options;
    private readonly ConnectionOptions _settings;
    private readonly ChannelAddress _address;
    private readonly LaneWish _wish;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _givenLinks;
    private readonly SemaphoreSlim _givenGreetings;
    private AcceptLoop? _loop;

    /// <param name="listener">Disposed with this.</param>
    /// <param name="address">Where it listens, as users are told.</param>
    /// <param name="wish">Whether items are to go by shared memory.</param>
    /// <param name="directory">What the hub has.</param>
    /// <param name="options">Its limits, and what it takes besides links.</param>
    public HubListener(ITransportListener listener, ChannelAddress address, LaneWish wish, HubDirectory directory, HubOptions options)
    {
        _address = address;
        _wish = wish;
        _listener = listener;
        _directory = directory;
        _options = options;
        _settings = options.Connection;
        _givenLinks = new SemaphoreSlim(_settings.MaxLinks);
        _givenGreetings = new SemaphoreSlim(_settings.MaxPendingGreetings);
    }

    public ChannelAddress Address => _address;

    /// <summary>Accepts connections; until then they wait.</summary>
    public void Start() => _loop = new AcceptLoop(_listener, _settings, GreetAsync);

    /// <summary>Serves a connection that somebody else accepted, within the same limits as those that this accepts; one that is too many waits.</summary>
    /// <returns>Done when it is closed; never faults.</returns>
    public async Task ServeAsync(TransportConnection connection)
    {
        bool isCounted = false, isGreeting = false;
        try
        {
            await _givenLinks.WaitAsync(_stopping.Token).ConfigureAwait(false);
            isCounted = true;
            await _givenGreetings.WaitAsync(_stopping.Token).ConfigureAwait(false);
            isGreeting = true;
            await GreetAsync(connection, EndGreeting, _stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The hub is shut down.
            await connection.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            EndGreeting();
            if (isCounted)
                _givenLinks.Release();
        }

        void EndGreeting()
        {
            if (isGreeting)
                _givenGreetings.Release();
            isGreeting = false;
        }
    }

    /// <summary>Takes no more connections; links live on.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        if (_loop is { } loop)
            await loop.DisposeAsync().ConfigureAwait(false);
        else
            await _listener.DisposeAsync().ConfigureAwait(false);
    }

    /// <returns>Done when the connection is closed.</returns>
    private async Task GreetAsync(TransportConnection connection, Action greeted, CancellationToken stopping)
    {
        Link? link = null;
        Task closed = Task.CompletedTask;
        ReceivedGreeting? greeting = null;
        try
        {
            using var deadline = new CancellationTokenSource(_settings.GreetingTimeout, _settings.TimeProvider);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, deadline.Token);
            LinkWire wire = await connection.OpenWireAsync(either.Token).ConfigureAwait(false);
            LinkInput input = wire.Input;
            if (_wish != LaneWish.None && OperatingSystem.IsLinux() && connection.Descriptors is { } descriptors)
            {
                // A reader's lane comes with the first byte.
                greeting = await ReceivedGreeting.ReadAsync(wire.Input, descriptors, either.Token).ConfigureAwait(false);
                input = greeting.Input;
            }
            HubStart start = await HubGreeting.ReadAsync(input, _options.Protocols, either.Token).ConfigureAwait(false);
            if (start.Protocol is { } protocol)
            {
                closed = ServeAsync(protocol, wire with { Input = start.Input }, stopping);
            }
            else
            {
                link = await AttachAsync(start, wire, connection, greeting, either.Token).ConfigureAwait(false);
                closed = link.Closed;
                await link.Greeted.WaitAsync(stopping).ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            if (link is null)
                await connection.DisposeAsync().ConfigureAwait(false);
            if (e is OperationCanceledException && link is null && !stopping.IsCancellationRequested)
                e = new LinkTimeoutException(GreetingWait.LateMessage(connection.RemoteEndpoint, _settings), e);
            Log.GreetingFailed(_settings.Logger, connection.RemoteEndpoint, e);
        }
        finally
        {
            greeting?.Dispose();
        }
        greeted();
        await closed.ConfigureAwait(false);
    }

    private async Task<Link> AttachAsync(HubStart start, LinkWire wire, TransportConnection connection, ReceivedGreeting? greeting, CancellationToken cancellationToken)
    {
        if (start.Hello is not { } hello)
            return HubRequest.RefuseVersion(start.Input, wire.Output, wire.Peer, _settings);
        if (hello.Channel.Length > 0 && (LinkRole)hello.Role != LinkRole.Duplex && !_directory.Has(hello.Channel))
            await WaitForNameAsync(hello.Channel, cancellationToken).ConfigureAwait(false);
        return _directory.Attach(new HubRequest(hello, start.Input, wire.Output, wire.Peer)
        {
            GreetWithLane = LaneGreeter(connection),
            Lane = greeting?.Descriptors is [var lane, ..] ? lane : null,
            IsLaneLost = greeting is { IsLost: true },
            IsLaneAsked = _wish == LaneWish.Asked,
        });
    }

    /// <summary>Leaves a connection to a protocol, whose links come back one by one.</summary>
    private async Task ServeAsync(HubProtocol protocol, LinkWire wire, CancellationToken stopping)
    {
        LinkPeer peer = wire.Peer;
        var stream = new WireStream(wire);
        try
        {
            var given = new HubProtocolConnection(
                stream, peer.Endpoint, peer.ProcessId, peer.UserId, _settings,
                link => ServeAsync(new PipeTransportConnection(link, peer.Endpoint, peer.ProcessId, peer.UserId)));
            await protocol.ServeAsync(given, stopping).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Log.GreetingFailed(_settings.Logger, peer.Endpoint, e);
        }
        await stream.DisposeAsync().ConfigureAwait(false);
    }

    /// <returns>What sends a greeting with a lane; null where items do not go by shared memory.</returns>
    private Action<ReadOnlySpan<byte>, SafeFileHandle>? LaneGreeter(TransportConnection connection) =>
        _wish != LaneWish.None && OperatingSystem.IsLinux() && connection.Descriptors is { } descriptors
            ? descriptors.SendOne
            : null;

    /// <summary>Waits a moment for the object that the peer asks for to be created.</summary>
    private async Task WaitForNameAsync(string name, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(_directory.IsEmpty ? s_firstNameTimeout : s_nameTimeout, _settings.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            await _directory.WaitForAsync(name, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The directory refuses, and names what there is.
        }
    }
}
