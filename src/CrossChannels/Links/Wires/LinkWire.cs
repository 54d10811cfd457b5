namespace CrossChannels.Links;

/// <summary>One connection, as a link uses it.</summary>
/// <param name="Input">What comes in.</param>
/// <param name="Output">What goes out.</param>
/// <param name="Peer">Who is at the other end.</param>
internal sealed record LinkWire(LinkInput Input, LinkOutput Output, LinkPeer Peer);
