using CrossChannels.Links;

namespace CrossChannels.Hub;

/// <summary>Makes the status of a hub's ends.</summary>
internal static class PeerStatuses
{
    /// <summary>The hub's own process.</summary>
    public static PeerStatus Owner(PeerWait waitsFor) => new("the owner", Environment.ProcessId, PeerRole.Owner) { WaitsFor = waitsFor };

    /// <summary>An end that is attached by a link.</summary>
    public static PeerStatus Of(Link link, PeerRole role, DateTimeOffset since) => new(link.Peer?.Endpoint ?? link.PeerName, link.Peer?.ProcessId, role) { Since = since };

    public static PeerStatus Of(ProducerPort port) => Of(port.Link, PeerRole.Writer, port.Since) with
    {
        ItemsWritten = port.Received,
        Credit = port.Granted == long.MaxValue ? null : port.Unused,
        WaitsFor = port.IsWanting ? PeerWait.Room : PeerWait.Nothing,
    };

    public static PeerStatus Of(ConsumerPort port, bool isLeased) => Of(port.Link, isLeased ? PeerRole.LeasedReader : PeerRole.Reader, port.Since) with
    {
        ItemsRead = port.Read,
        InFlight = port.Held.Count,
        Credit = port.Demand,
        WaitsFor = port.IsHungry ? PeerWait.Item : PeerWait.Nothing,
    };
}
