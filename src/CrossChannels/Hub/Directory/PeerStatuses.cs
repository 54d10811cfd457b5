using CrossChannels.Links;

namespace CrossChannels.Hub;

/// <summary>Makes the status of a hub's ends.</summary>
internal static class PeerStatuses
{
    /// <summary>The hub's own process.</summary>
    public static PeerStatus Owner(PeerWait waitsFor) => new("the owner", Environment.ProcessId, PeerRole.Owner) { WaitsFor = waitsFor };

    /// <summary>An end that is attached by a link.</summary>
    public static PeerStatus Of(Link link, PeerRole role, DateTimeOffset since) => new(link.Peer?.Endpoint ?? link.PeerName, link.Peer?.ProcessId, role) { Since = since };

    public static PeerStatus Of(WriterAccount account) => Of(account.Link, PeerRole.Writer, account.Since, account.Lane?.Rests) with
    {
        ItemsWritten = account.Written,
        Credit = account.Granted == long.MaxValue ? null : account.Unused,
        WaitsFor = account.IsWanting ? PeerWait.Room : PeerWait.Nothing,
    };

    public static PeerStatus Of(ReaderAccount account, bool isLeased) => Of(account.Link, isLeased ? PeerRole.LeasedReader : PeerRole.Reader, account.Since, account.LaneRests) with
    {
        ItemsRead = account.Read,
        InFlight = account.Held.Count,
        Credit = account.Demand,
        WaitsFor = account.IsIdle ? PeerWait.Item : PeerWait.Nothing,
    };

    private static PeerStatus Of(Link link, PeerRole role, DateTimeOffset since, LaneRests? lane) =>
        Of(link, role, since) with { IsSharedMemory = lane is not null, LaneParkings = lane?.Parkings ?? 0, LaneDoorbells = lane?.Doorbells ?? 0 };
}
