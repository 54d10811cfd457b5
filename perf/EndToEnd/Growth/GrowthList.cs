using EndToEnd.Latency;
using EndToEnd.Machine;
using EndToEnd.Parts;
using EndToEnd.Peers;
using EndToEnd.Scenarios;

namespace EndToEnd.Growth;

/// <summary>Every series, in the order of the report. A new one is a new record here.</summary>
internal static class GrowthList
{
    private const int Capacity = 1024;
    private const int Deep = 65_536;
    private const string Library = "CrossChannels";
    private const string SharedMemory = "shm";
    private const string BySharedMemory = "CrossChannels, shared memory";
    private const string InProcess = "Channel<long> in process";
    private const string Throughput = "throughput";
    private const string ThroughputOfAll = "throughput of all together";
    private const string RoundTripTime = "round trip, median";
    private const string Items = "items/s";
    private const string Microseconds = "us";

    // 8 B to 16 MiB, and 1 to 64 Ki items.
    private static readonly IReadOnlyList<long> s_sizes = [8, 64, 512, 4 << 10, 32 << 10, 256 << 10, 1 << 20, 4 << 20, 16 << 20];
    private static readonly IReadOnlyList<long> s_capacities = [1, 4, 16, 64, 256, 1 << 10, 4 << 10, 16 << 10, 64 << 10];
    private static readonly IReadOnlyList<long> s_counts = [1, 2, 4, 8, 16, 32, 64];
    private static readonly IReadOnlyList<long> s_idle = [1, 10, 100, 1000];

    private static readonly GrowthSeries[] s_all =
    [
        new(
            "payload", "Throughput by size of an item", "size of an item (B)", Throughput, "B/s",
            "Items of bytes, read in the pooled form, capacity 1,024. "
                + "The socket's side makes one blocking call an item and reads what is there.",
            s_sizes,
            new GrowthLine(Library, static bytes => Ours.Blocks(Capacity, bytes)),
            new GrowthLine(BySharedMemory, static bytes => Ours.Blocks(Capacity, bytes, SharedMemory)),
            new GrowthLine("Unix socket", static bytes => Theirs.Items(StreamKind.Socket, bytes), figure: 1)),
        new(
            "payload-rtt", "Round trip by size of an item", "size of an item (B)", RoundTripTime, Microseconds,
            "Items of bytes, sent back from the memory in which they arrived. The socket's side blocks a thread at each end.",
            s_sizes,
            new GrowthLine(Library, static bytes => Ours.BlockRoundTrip(bytes)),
            new GrowthLine(BySharedMemory, static bytes => Ours.BlockRoundTrip(bytes, SharedMemory)),
            new GrowthLine("Unix socket", static bytes => Theirs.StreamRoundTrip(StreamKind.Socket, bytes))),
        new(
            "capacity", "Throughput by capacity", "capacity (items)", Throughput, Items,
            "Items of type long, one a call.",
            s_capacities,
            new GrowthLine(Library, static capacity => Ours.Longs((int)capacity)),
            new GrowthLine(BySharedMemory, static capacity => Ours.Longs((int)capacity, SharedMemory)),
            new GrowthLine(InProcess, Theirs.Longs)),
        new(
            "capacity-delay", "Time of an item in a busy channel by capacity", "capacity (items)", "from write to read, median",
            Microseconds,
            "The writer writes time stamps as fast as it can; a larger channel holds more that wait before it.",
            s_capacities,
            new GrowthLine(Library, static capacity => Ours.Stamps(capacity, OpenLoop.Unpaced), MedianLatency),
            new GrowthLine(
                "Channel<T> in process",
                static capacity => Theirs.Alone(PartSpec.Of<StampsInProcess>(capacity, OpenLoop.Unpaced)),
                MedianLatency)),
        new(
            "writers", "Total throughput by writers of one channel", "writers of one channel", ThroughputOfAll, Items,
            "One process has all writers, each with a link of its own; the owner, in another, reads. Capacity 65,536.",
            s_counts,
            new GrowthLine(Library, static count => Ours.ManyToOwner(Deep, count)),
            new GrowthLine(BySharedMemory, static count => Ours.ManyToOwner(Deep, count, SharedMemory)),
            new GrowthLine(InProcess, static count => Theirs.ManyLongs(Deep, count, 1))),
        new(
            "readers", "Throughput by readers of one channel", "readers of one channel", Throughput, Items,
            "A process has the writer, a second the hub, a third all readers, each with a link of its own. Capacity 65,536.",
            s_counts,
            new GrowthLine(Library, static count => Ours.ForwardToMany(Deep, count)),
            new GrowthLine(InProcess, static count => Theirs.ManyLongs(Deep, 1, count))),
        new(
            "links", "Total throughput by links at work", "links, each with a writer and a reader of its own", ThroughputOfAll, Items,
            "One process has all writers, another the listener and all readers; capacity 1,024 each. "
                + "In process: as many channels, writers and readers.",
            s_counts,
            new GrowthLine(Library, static count => Ours.ManyLongs(Capacity, count)),
            new GrowthLine(BySharedMemory, static count => Ours.ManyLongs(Capacity, count, SharedMemory)),
            new GrowthLine(InProcess, static count => Theirs.Alone(ManyParts.Of<LongsInProcess>(count, Capacity)))),
        new(
            "links-rtt", "Round trip by links at work", "links, each in a ping-pong of its own",
            "round trip, mean of the medians of the links", Microseconds,
            "One process has all that ping, another the listener and all that answer.",
            s_counts,
            new GrowthLine(Library, static count => Ours.ManyRoundTrips(count), figure: 1),
            new GrowthLine("Unix sockets", Theirs.ManySocketRoundTrips, figure: 1)),
        new(
            "idle", "Throughput by idle links beside", "idle links at the same endpoint", Throughput, Items,
            "Items of type long, capacity 1,024. A third process holds the other ends of the idle links.",
            s_idle,
            new GrowthLine(Library, static count => Ours.LongsBesideIdle(Capacity, count)))
        {
            WhyNot = static () => FileLimit.WhyNot((int)s_idle[^1]),
        },
        new(
            "idle-rtt", "Round trip by idle links beside", "idle links at the same endpoint", RoundTripTime, Microseconds,
            "A long there and back. A third process holds the other ends of the idle links.",
            s_idle,
            new GrowthLine(Library, static count => Ours.RoundTripBesideIdle(count)))
        {
            WhyNot = static () => FileLimit.WhyNot((int)s_idle[^1]),
        },
    ];

    public static IReadOnlyList<string> Ids { get; } = [.. s_all.Select(static series => series.Id)];

    public static IReadOnlyList<GrowthSeries> Select(IReadOnlyCollection<string> ids) =>
        [.. s_all.Where(series => ids.Count == 0 || ids.Contains(series.Id, StringComparer.Ordinal))];

    private static double MedianLatency(double[] figures) => LatencyRound.Microseconds(LatencyRound.FromFigures(figures).Latency.At(50));
}
