using CrossChannels.Hub;
using CrossChannels.Links;
using CrossChannels.Protocol;

namespace CrossChannels.Transfer;

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
