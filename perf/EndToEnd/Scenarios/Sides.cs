using EndToEnd.Parts;
using EndToEnd.Peers;

namespace EndToEnd.Scenarios;

/// <summary>The processes of one side, at addresses that no other has: what listens first, what runs the rounds last.</summary>
internal delegate IReadOnlyList<PartSpec> Processes(Workplace workplace);

/// <summary>The library's side of what is compared. What takes a scheme does the same over any transport of the library.</summary>
internal static class Ours
{
    /// <summary>Numbers, one a call.</summary>
    public static Processes Longs(int capacity, string scheme = Workplace.Unix) =>
        At(scheme, address => [PartSpec.Of<LongReader>(address, capacity), PartSpec.Of<LongWriter>(address)]);

    /// <summary>
    /// The same, and idle links at the same endpoint; without any, an idle process in place of the one that holds their other ends.
    /// </summary>
    public static Processes LongsBesideIdle(int capacity, long links, string scheme = Workplace.Unix) => At(scheme, address =>
        [PartSpec.Of<LongReader>(address, capacity), Idle<StandingIdleLinks>(address, links), PartSpec.Of<LongWriter>(address)]);

    /// <summary>Numbers over many links of one listener at once.</summary>
    public static Processes ManyLongs(int capacity, long links, string scheme = Workplace.Unix) =>
        At(scheme, address => [PartSpec.Of<LongReader>(address, capacity), ManyParts.Of<LongWriter>(links, address)]);

    /// <summary>Numbers, many a call.</summary>
    public static Processes Batches(string scheme = Workplace.Unix) =>
        At(scheme, static address => [PartSpec.Of<BatchReader>(address), PartSpec.Of<BatchWriter>(address)]);

    /// <summary>A number there and back.</summary>
    public static Processes RoundTrip(string scheme = Workplace.Unix) =>
        At(scheme, static address => [PartSpec.Of<Echo>(address), PartSpec.Of<Pinger>(address)]);

    /// <summary>The same, with a millisecond of idleness before each.</summary>
    public static Processes PausingRoundTrip(string scheme = Workplace.Unix) =>
        At(scheme, static address => [PartSpec.Of<Echo>(address), PartSpec.Of<PausingPinger>(address)]);

    /// <summary>The same, and idle links at the same endpoint.</summary>
    public static Processes RoundTripBesideIdle(long links, string scheme = Workplace.Unix) =>
        At(scheme, address => [PartSpec.Of<Echo>(address), Idle<StandingIdlePairs>(address, links), PartSpec.Of<Pinger>(address)]);

    /// <summary>Numbers there and back over many links of one listener at once.</summary>
    public static Processes ManyRoundTrips(long links, string scheme = Workplace.Unix) =>
        At(scheme, address => [PartSpec.Of<Echo>(address), ManyParts.Of<Pinger>(links, address)]);

    public static Processes Records(RecordFormat format, string scheme = Workplace.Unix) =>
        At(scheme, address => [PartSpec.Of<RecordReader>(address, format), PartSpec.Of<RecordWriter>(address, format)]);

    /// <summary>Items of bytes, read in their pooled form.</summary>
    public static Processes Blocks(int capacity, long bytes, string scheme = Workplace.Unix) =>
        At(scheme, address => [PartSpec.Of<BlockReader>(address, capacity), PartSpec.Of<BlockWriter>(address, bytes)]);

    /// <summary>Items of bytes that are rented, and read in the memory where they were written. By name: a compared version may be built without them.</summary>
    public static Processes Rents(int capacity, long bytes, string scheme = Workplace.Unix) =>
        At(scheme, address => [PartSpec.Of<BlockReader>(address, capacity), PartSpec.Named("RentWriter", address, bytes)]);

    /// <summary>An item of bytes there and back.</summary>
    public static Processes BlockRoundTrip(long bytes, string scheme = Workplace.Unix) =>
        At(scheme, address => [PartSpec.Of<BlockEcho>(address), PartSpec.Of<BlockPinger>(address, bytes)]);

    /// <summary>Time stamps at a rate; the reader runs the rounds.</summary>
    public static Processes Stamps(long capacity, double rate, string scheme = Workplace.Unix) =>
        At(scheme, address => [PartSpec.Of<StampWriter>(address, rate), PartSpec.Of<StampReader>(address, capacity)]);

    /// <summary>Connections that carry one item each.</summary>
    public static Processes Visits(string scheme = Workplace.Unix) =>
        At(scheme, static address => [PartSpec.Of<Host>(address), PartSpec.Of<Guest>(address)]);

    /// <summary>Links that carry nothing; a round opens all of them.</summary>
    public static Processes IdleLinks(int links, string scheme = Workplace.Unix) =>
        At(scheme, address => [PartSpec.Of<IdleEndpoint>(address), PartSpec.Of<IdleLinks>(address, links)]);

    /// <summary>Numbers into a channel that its owner reads.</summary>
    public static Processes ToOwner(int capacity, string scheme = Workplace.Unix) =>
        At(scheme, address => [PartSpec.Of<OwnerReader>(address, capacity), PartSpec.Of<SharedWriter>(address)]);

    /// <summary>The same, and idle writers of the same channel; without any, an idle process in their place.</summary>
    public static Processes ToOwnerBesideIdle(int capacity, long writers, string scheme = Workplace.Unix) => At(scheme, address =>
        [PartSpec.Of<OwnerReader>(address, capacity), Idle<IdleWriters>(address, writers), PartSpec.Of<SharedWriter>(address)]);

    /// <summary>Numbers into a channel that its owner reads, over several links of one process at once.</summary>
    public static Processes ManyToOwner(int capacity, long links, string scheme = Workplace.Unix) =>
        At(scheme, address => [PartSpec.Of<OwnerReader>(address, capacity), PartSpec.Of<SharedWriters>(address, links)]);

    /// <summary>A number through two channels of a hub, whose owner answers.</summary>
    public static Processes OwnerRoundTrip(string scheme = Workplace.Unix) =>
        At(scheme, static address => [PartSpec.Of<OwnerEcho>(address), PartSpec.Of<SharedPinger>(address)]);

    /// <summary>Hub process, reader process, writer process.</summary>
    public static Processes Forward(int capacity, string scheme = Workplace.Unix) =>
        Hub(scheme, capacity, isLeased: false, static channel => [PartSpec.Of<SharedReader>(channel), PartSpec.Of<SharedWriter>(channel)]);

    /// <summary>The same, and the reader settles each item.</summary>
    public static Processes Leased(int capacity, string scheme = Workplace.Unix) =>
        Hub(scheme, capacity, isLeased: true, static channel => [PartSpec.Of<LeaseReader>(channel), PartSpec.Of<SharedWriter>(channel)]);

    /// <summary>As many reader processes as writer processes on one channel of a hub process; all writers are drivers.</summary>
    public static Processes ManyForward(int capacity, int ends, string scheme = Workplace.Unix) =>
        Hub(scheme, capacity, isLeased: false, channel =>
        [
            .. Enumerable.Repeat(PartSpec.Of<SharedReader>(channel), ends),
            .. Enumerable.Repeat(PartSpec.Of<SharedWriter>(channel), ends),
        ]);

    /// <summary>A hub process, one process with many readers, a writer process.</summary>
    public static Processes ForwardToMany(int capacity, long readers, string scheme = Workplace.Unix) =>
        Hub(scheme, capacity, isLeased: false, channel =>
            [ManyParts.Of<SharedReader>(readers, channel), PartSpec.Of<SharedWriter>(channel)]);

    /// <summary>As <see cref="Forward"/>, and a round has so many items, however long it takes.</summary>
    public static Processes ForwardCounted(int capacity, long items, string scheme = Workplace.Unix) =>
        Hub(scheme, capacity, isLeased: false, channel =>
            [PartSpec.Of<SharedReader>(channel), PartSpec.Of<CountingWriter>(channel, items)]);

    /// <summary>Numbers over one channel of a multiplexer.</summary>
    public static Processes Multiplexed(int capacity) => At(
        Workplace.Unix, address => [PartSpec.Named("MultiplexedLongReader", address, capacity), PartSpec.Named("MultiplexedLongWriter", address)]);

    // Parts with workers go by name: a compared version may be built without them.
    public static Processes WorkerStart() => static _ => [PartSpec.Named("WorkerStarter")];

    /// <summary>A pool that maps with a method of <see cref="PoolWork"/>.</summary>
    public static Processes Pool(string method, int items, int chunk) => _ => [PartSpec.Named("WorkerPoolMapper", method, items, chunk)];

    private static PartSpec Idle<TPart>(string address, long count)
        where TPart : Part => count == 0 ? PartSpec.Of<Bystander>() : PartSpec.Of<TPart>(address, count);

    private static Processes Hub(string scheme, int capacity, bool isLeased, Func<string, IEnumerable<PartSpec>> ends) =>
        At(scheme, address => [PartSpec.Of<HubHost>(address + "#items", capacity, isLeased), .. ends(address + "#items")]);

    private static Processes At(string scheme, Func<string, IReadOnlyList<PartSpec>> parts) =>
        workplace => parts(workplace.NewAddress(scheme));
}

/// <summary>The other side of what is compared.</summary>
internal static class Theirs
{
    /// <summary>One process, which has all of the baseline in it, or starts the rest itself.</summary>
    public static Processes Alone(PartSpec part) => _ => [part];

    /// <summary>Numbers through a channel in process.</summary>
    public static Processes Longs(long capacity) => Alone(PartSpec.Of<LongsInProcess>(capacity));

    /// <summary>The same with several writers and readers.</summary>
    public static Processes ManyLongs(int capacity, long writers, long readers) =>
        Alone(PartSpec.Of<ManyInProcess>(capacity, writers, readers));

    /// <summary>The serializer without a channel.</summary>
    public static Processes Records(RecordFormat format) => Alone(PartSpec.Of<RecordsInProcess>(format));

    /// <summary>Eight bytes there and back over a plain socket.</summary>
    public static Processes SocketRoundTrip() => At(static path => [PartSpec.Of<RawEcho>(path), PartSpec.Of<RawPinger>(path)]);

    /// <summary>The same, with a millisecond of idleness before each.</summary>
    public static Processes PausingSocketRoundTrip() => At(static path => [PartSpec.Of<RawEcho>(path), PartSpec.Of<PausingRawPinger>(path)]);

    public static Processes ManySocketRoundTrips(long sockets) =>
        At(path => [PartSpec.Of<RawEcho>(path), ManyParts.Of<RawPinger>(sockets, path)]);

    public static Processes SocketBlocks() => At(static path => [PartSpec.Of<RawBlockReader>(path), PartSpec.Of<RawBlockWriter>(path)]);

    public static Processes SocketVisits() => At(static path => [PartSpec.Of<RawHost>(path), PartSpec.Of<RawGuest>(path)]);

    public static Processes SocketStamps(double rate) =>
        At(path => [PartSpec.Of<RawStampWriter>(path, rate), PartSpec.Of<RawStampReader>(path)]);

    /// <summary>Items of one size over a plain stream.</summary>
    public static Processes Items(StreamKind kind, long bytes, int buffered = 0) => Both(
        kind, path => PartSpec.Of<StreamItemReader>(kind, path, bytes), path => PartSpec.Of<StreamItemWriter>(kind, path, bytes, buffered));

    /// <summary>One item there and back over a plain stream.</summary>
    public static Processes StreamRoundTrip(StreamKind kind, long bytes) => Both(
        kind, path => PartSpec.Of<StreamEcho>(kind, path, bytes), path => PartSpec.Of<StreamPinger>(kind, path, bytes));

    public static Processes JsonLines(bool isBuffered) =>
        At(path => [PartSpec.Of<JsonLinesReader>(path), PartSpec.Of<JsonLinesWriter>(path, isBuffered)]);

    public static Processes Zmq() => At(static path => [PartSpec.Of<ZmqReader>(path), PartSpec.Of<ZmqWriter>(path)]);

    public static Processes Python(string script, object first, object second) => Alone(PartSpec.Of<PythonPart>(script, first, second));

    // With anonymous pipes the part that connects starts the one that listens.
    private static Processes Both(StreamKind kind, Func<string, PartSpec> listening, Func<string, PartSpec> connecting) =>
        At(path => kind == StreamKind.Pipe ? [connecting(path)] : [listening(path), connecting(path)]);

    private static Processes At(Func<string, IReadOnlyList<PartSpec>> parts) => workplace => parts(workplace.NewPath());
}
