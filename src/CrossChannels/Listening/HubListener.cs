using CrossChannels.Diagnostics;
using CrossChannels.Hub;
using CrossChannels.Links;
using CrossChannels.Protocol;
using CrossChannels.Transports;
using Microsoft.Win32.SafeHandles;

namespace CrossChannels;

/// <summary>Accepts the connections of a hub, reads what each asks for, and attaches it.</summary>
internal sealed class HubListener : IAsyncDisposable
{
    // Between the start of a hub and the creation of its channels. A longer wait would delay the answer to a mistyped name.
    private static readonly TimeSpan s_nameTimeout = TimeSpan.FromSeconds(1);

    private readonly ITransportListener _listener;
    private readonly HubDirectory _directory;
    private readonly ConnectionOptions _settings;
    private readonly ChannelAddress _address;
    private AcceptLoop? _loop;

    /// <param name="listener">Disposed with this.</param>
    /// <param name="address">Where it listens, as users are told.</param>
    /// <param name="directory">What the hub has.</param>
    /// <param name="settings">For its limits.</param>
    public HubListener(ITransportListener listener, ChannelAddress address, HubDirectory directory, ConnectionOptions settings)
    {
        _address = address;
        _listener = listener;
        _directory = directory;
        _settings = settings;
    }

    public ChannelAddress Address => _address;

    /// <summary>Accepts connections; until then they wait.</summary>
    public void Start() => _loop = new AcceptLoop(_listener, _settings, GreetAsync);

    /// <summary>Takes no more connections; links live on.</summary>
    public ValueTask DisposeAsync() => _loop?.DisposeAsync() ?? _listener.DisposeAsync();

    /// <returns>Done when the link is closed.</returns>
    private async Task GreetAsync(TransportConnection connection, Action greeted, CancellationToken stopping)
    {
        Link? link = null;
        ReceivedGreeting? greeting = null;
        try
        {
            using var deadline = new CancellationTokenSource(_settings.GreetingTimeout, _settings.TimeProvider);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, deadline.Token);
            LinkWire wire = await connection.OpenWireAsync(either.Token).ConfigureAwait(false);
            LinkInput start = wire.Input;
            if (UsesLanes && OperatingSystem.IsLinux() && connection.Descriptors is { } descriptors)
            {
                // A reader's lane comes with the first byte.
                greeting = await ReceivedGreeting.ReadAsync(wire.Input, descriptors, either.Token).ConfigureAwait(false);
                start = greeting.Input;
            }
            (Hello? hello, LinkInput input) = await HubGreeting.ReadAsync(start, either.Token).ConfigureAwait(false);
            if (hello is { Channel.Length: > 0 } && (LinkRole)hello.Role != LinkRole.Duplex && !_directory.Has(hello.Channel))
                await WaitForNameAsync(hello.Channel, either.Token).ConfigureAwait(false);
            link = hello is null ? HubRequest.RefuseVersion(input, wire.Output, wire.Peer, _settings) : _directory.Attach(new HubRequest(hello, input, wire.Output, wire.Peer)
            {
                GreetWithLane = LaneGreeter(connection),
                Lane = greeting?.Descriptors.FirstOrDefault(),
                IsLaneLost = greeting is { IsLost: true },
            });
            await link.Greeted.WaitAsync(stopping).ConfigureAwait(false);
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
        if (link is not null)
            await link.Closed.ConfigureAwait(false);
    }

    private bool UsesLanes => _address.Scheme == ChannelScheme.SharedMemory && _settings.SharedMemory != SharedMemoryUse.Never;

    /// <returns>What sends a greeting with a lane; null where items do not go by shared memory.</returns>
    private Action<ReadOnlySpan<byte>, SafeFileHandle>? LaneGreeter(TransportConnection connection) =>
        UsesLanes && OperatingSystem.IsLinux() && connection.Descriptors is { } descriptors
            ? descriptors.SendOne
            : null;

    /// <summary>Waits a moment for the object that the peer asks for to be created.</summary>
    private async Task WaitForNameAsync(string name, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(s_nameTimeout, _settings.TimeProvider);
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
