using CrossChannels.Diagnostics;
using CrossChannels.Links;
using CrossChannels.Serialization;

namespace CrossChannels.Channels;

/// <summary>Both halves of a link.</summary>
internal sealed class LinkChannel<TWrite, TRead>(LinkHandle handle, CrossChannelWriter<TWrite> writer, CrossChannelReader<TRead> reader)
    : DuplexChannel<TWrite, TRead>(writer, reader)
{
    private readonly Link _link = handle.Link;

    /// <summary>Of what it reads.</summary>
    public required ItemCodec<TRead> ReadCodec { get; init; }

    /// <summary>The link of both halves.</summary>
    public Link Link => _link;

    /// <summary>The connection is closed; never faults.</summary>
    public Task Closed => _link.Closed;

    public override PeerInfo? Peer => _link.Peer;

    public override Task<PeerInfo> WaitForPeerAsync(CancellationToken cancellationToken = default)
    {
        _link.EnsureOpen();
        return _link.Greeted.WaitAsync(cancellationToken);
    }

    /// <summary>What closes the link when the channel is lost; disposed by who takes care of it.</summary>
    public LinkHandle Handle => handle;

    public override void Abort(string? reason = null)
    {
        handle.Dispose();
        _link.Abort(reason);
    }

    public override async ValueTask DisposeAsync()
    {
        handle.Dispose();
        bool wasOpen = !_link.Closed.IsCompleted;
        _link.BeginClose();
        ConnectionOptions settings = _link.Settings;
        if (!_link.Closed.IsCompleted)
        {
            try
            {
                await _link.Closed.WaitAsync(settings.CloseTimeout, settings.TimeProvider).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                _link.GiveUp($"The peer did not answer the goodbye within CloseTimeout, {settings.CloseTimeout.TotalSeconds:N1} s.");
            }
        }
        long unreceived = _link.Sender.UnreceivedCount;
        // What goes between a lock and its hub is no data of anybody's.
        if (wasOpen && unreceived > 0 && _link.Role != LinkRole.Lock)
        {
            ChannelMetrics.NotReceived(unreceived, _link.Tags);
            Log.NotReceived(settings.Logger, Peer?.Endpoint ?? "the peer", unreceived);
        }
    }

    /// <remarks>The deadline holds here as well, or a peer that never answers would keep the connection for ever.</remarks>
    public override void Dispose() => _ = DisposeAsync().AsTask();
}
