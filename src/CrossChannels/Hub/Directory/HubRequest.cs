using CrossChannels.Links;
using CrossChannels.Protocol;
using CrossChannels.Serialization;
using Microsoft.Win32.SafeHandles;

namespace CrossChannels.Hub;

/// <summary>What a connecting end asks of a hub, and the connection on which it waits for the answer.</summary>
/// <param name="Hello">What it said.</param>
/// <param name="Input">Its connection, with the greeting still to be read.</param>
/// <param name="Output">Its connection.</param>
/// <param name="Peer">Who it is.</param>
internal sealed record HubRequest(Hello Hello, LinkInput Input, LinkOutput Output, LinkPeer Peer)
{
    /// <summary>Sends the hub's greeting with the descriptor of a lane; null where there are no lanes.</summary>
    public Action<ReadOnlySpan<byte>, SafeFileHandle>? GreetWithLane { get; init; }

    /// <summary>The descriptor that came with the greeting, of the lane that a reader made; its owner is who made this.</summary>
    public SafeFileHandle? Lane { get; init; }

    /// <summary>A descriptor came for which there was no room.</summary>
    public bool IsLaneLost { get; init; }

    /// <summary>The hub's address or options ask for lanes, so that the log warns where there is none.</summary>
    public bool IsLaneAsked { get; init; }

    public LinkRole Role => (LinkRole)Hello.Role;

    /// <summary>What the peer sends.</summary>
    public ItemContract Writes => LinkIdentity.FromHello(Hello.Writes);

    /// <summary>What the peer receives.</summary>
    public ItemContract Reads => LinkIdentity.FromHello(Hello.Reads);

    /// <summary>Starts a link that refuses the peer, saying why.</summary>
    public Link Refuse(ConnectionOptions settings, string why, ReasonCode code = ReasonCode.Given)
    {
        var identity = new LinkIdentity(Reads, Writes, Hello.Channel, settings, Role) { Refuses = why, RefusesAs = code };
        var link = new Link(Input, Output, identity, Peer, RefusedHalves.Instance);
        link.Start();
        return link;
    }

    /// <summary>Starts a link with a peer whose hello this version cannot read; the greeting itself then says so.</summary>
    public static Link RefuseVersion(LinkInput input, LinkOutput output, LinkPeer peer, ConnectionOptions settings)
    {
        var nothing = new HelloContract("none", "", 0, "");
        return new HubRequest(new Hello { Writes = nothing, Reads = nothing }, input, output, peer).Refuse(settings, "The versions do not fit.");
    }

    /// <summary>Halves of a link on which no item ever goes.</summary>
    private sealed record RefusedHalves : LinkHalves
    {
        public static readonly RefusedHalves Instance = new();

        public override SendingHalf MakeSender(Outbox outbox) => new NoSending();

        public override ReceivingHalf MakeReceiver(Outbox outbox) => new NoReceiving();
    }
}
