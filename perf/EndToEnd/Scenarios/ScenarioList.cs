using EndToEnd.Machine;
using EndToEnd.Parts;
using EndToEnd.Peers;
using EndToEnd.Results;

namespace EndToEnd.Scenarios;

/// <summary>A scenario of which these rows are wanted.</summary>
internal sealed record SelectedScenario(Scenario Scenario, IReadOnlySet<string> Ids);

/// <summary>Every row, in the order of the report.</summary>
/// <remarks>
/// <para>
/// A new row is a new <see cref="Pair"/> here: a <see cref="RowSpec"/> (its id, unit, direction, target and what the baseline is), the
/// library's side from <see cref="Scenarios.Ours"/> and the baseline from <see cref="Scenarios.Theirs"/>. The same over another transport
/// names its scheme: <c>Ours.Longs(1024, "shm")</c>. The first figure of a round is that of the first row, the second that of the second;
/// the last figure is how many items the round had, for <c>compare</c>.
/// </para>
/// <para>
/// What no side does yet is a new part: a class in <c>Parts/</c>, in the file of its transport, whose constructor takes strings, numbers
/// and enumerations. What has no rounds is a class of its own, as those in <c>Watched.cs</c>. Then the row goes into the table of
/// <c>docs/performance.md</c>.
/// </para>
/// </remarks>
internal static class ScenarioList
{
    public const string AllRows = "all";

    /// <summary>How many links, or writers, are idle where a row has idle ones.</summary>
    public const int IdleLinks = 1000;

    private const int Capacity = 1024;
    private const int Deep = 65_536;
    private const int Unbounded = Parts.Capacity.Unbounded;
    private const int Shallow = 64;
    private const string SharedMemory = "shm";
    private const int LongBytes = sizeof(long);
    private const int Gathered = 64 * 1024;
    private const int ManyEnds = 4;
    private const int ManyLinks = 16;
    private const int VeryManyIdleLinks = 10_000;

    private const string Items = "items/s";
    private const string Tasks = "tasks/s";
    private const string Microseconds = "us";
    private const string Bytes = "B";
    private const string AsyncSocket = "async Unix socket, 8 B each way";
    private const string Socket = "Unix socket";
    private const string NoItemLimit = "The stream limits bytes, not items, and has neither types nor endings; its calls block a thread.";
    private const string Delayed = " An item leaves only when 64 KiB have gathered or the round ends.";
    private const string Pickled = "An int is pickled; a thread of the writer sends.";
    private const string BlockedThreads = "Each end keeps a thread in a blocked call.";

    private static readonly Scenario[] s_all =
    [
        Throughput("tp-unix", Capacity, target: 0.8),
        Throughput("tp-unix-deep", Deep, target: 2),
        Throughput("tp-unix-unbounded", Unbounded, target: 1.5),
        new Pair(AtLeast("tp-batch", Items, 5, "Channel<long> in process, unbounded, one item a call"))
        {
            Ours = Ours.Batches(),
            Theirs = Theirs.Longs(Unbounded),
        },
        new Pair(AtLeast("tp-record", Items, 0.8, "System.Text.Json alone, two threads"))
        {
            Ours = Ours.Records(RecordFormat.Json),
            Theirs = Theirs.Records(RecordFormat.Json),
        },
        new Pair(AtLeast("tp-record-memorypack", Items, 0.6, "MemoryPack alone, two threads"))
        {
            Ours = Ours.Records(RecordFormat.MemoryPack),
            Theirs = Theirs.Records(RecordFormat.MemoryPack),
        },
        new Pair(AtMost("rtt-unix", Microseconds, 1.2, AsyncSocket), AtMost("rtt-unix-p99", Microseconds, 1.2, AsyncSocket))
        {
            Ours = Ours.RoundTrip(),
            Theirs = Theirs.SocketRoundTrip(),
        },
        new Pair(AtLeast("bw-unix", "B/s", 0.8, "Unix socket, 1 MiB a call"))
        {
            Ours = Ours.Blocks(capacity: 8, BlockWriter.BlockBytes),
            Theirs = Theirs.SocketBlocks(),
        },
        new Pair(AtMost("connect", Microseconds, 3, "Unix socket: connect, 256 B each way, close"))
        {
            Ours = Ours.Visits(),
            Theirs = Theirs.SocketVisits(),
        },
        new IdleCpu(AtMost("idle-cpu", "ms", 10), Ours.IdleLinks(IdleLinks)),
        new IdleMemory(AtMost("idle-memory", Bytes, 16 * 1024), Ours.IdleLinks(IdleLinks)),
        new Allocation(AtMost("alloc", Bytes, 0.01), Ours.Longs(Capacity), Ours.RoundTrip()),
        Throughput("tp-shm", Capacity, target: 4, SharedMemory),
        Throughput("tp-shm-single", Parts.Capacity.Single(Capacity), target: 5, SharedMemory),
        Throughput("tp-shm-64", Shallow, target: 2.5, SharedMemory),
        Throughput("tp-shm-unbounded", Parts.Capacity.UnboundedSingle, target: 1.5, SharedMemory),
        new Pair(AtLeast("tp-batch-shm", Items, 15, "Channel<long> in process, unbounded, one item a call"))
        {
            Ours = Ours.Batches(SharedMemory),
            Theirs = Theirs.Longs(Unbounded),
            WhyNotOurs = WhyNoSharedMemory,
        },
        new Pair(AtLeast("tp-record-shm", Items, 0.9, "System.Text.Json alone, two threads"))
        {
            Ours = Ours.Records(RecordFormat.Json, SharedMemory),
            Theirs = Theirs.Records(RecordFormat.Json),
            WhyNotOurs = WhyNoSharedMemory,
        },
        new Pair(AtMost("rtt-shm", Microseconds, 0.7, "Channel<long> in process, both ways"))
        {
            Ours = Ours.RoundTrip(SharedMemory),
            Theirs = Theirs.Alone(PartSpec.Of<PingInProcess>()),
            WhyNotOurs = WhyNoSharedMemory,
        },
        new Pair(AtMost("rtt-shm-parked", Microseconds, 1.25, AsyncSocket + ", a millisecond of idleness before each"))
        {
            Ours = Ours.PausingRoundTrip(SharedMemory),
            Theirs = Theirs.PausingSocketRoundTrip(),
            WhyNotOurs = WhyNoSharedMemory,
        },
        new Pair(AtLeast("bw-shm", "B/s", 0.45, "memcpy of 1 MiB, one thread"))
        {
            Ours = Ours.Blocks(capacity: 8, BlockWriter.BlockBytes, SharedMemory),
            Theirs = Theirs.Alone(PartSpec.Of<CopyInProcess>(BlockWriter.BlockBytes)),
            WhyNotOurs = WhyNoSharedMemory,
        },
        new Pair(AtMost("rent-shm", Microseconds, 1.5, "the same with items of 64 B"))
        {
            WhyNotOld = "old versions have no rented memory; to be run alone, with each version",
            Ours = Ours.Rents(capacity: 8, bytes: 4 << 20, SharedMemory),
            Theirs = Ours.Rents(capacity: 8, bytes: 64, SharedMemory),
            WhyNotOurs = WhyNoSharedMemory,
        },
        new Pair(AtMost("connect-shm", Microseconds, 4, "Unix socket: connect, 256 B each way, close"))
        {
            Ours = Ours.Visits(SharedMemory),
            Theirs = Theirs.SocketVisits(),
            WhyNotOurs = WhyNoSharedMemory,
        },
        new IdleCpu(AtMost("idle-cpu-shm", "ms", 10), Ours.IdleLinks(IdleLinks, SharedMemory)),
        new IdleMemory(AtMost("idle-memory-shm", Bytes, 32 * 1024), Ours.IdleLinks(IdleLinks, SharedMemory), isShared: true),
        new Allocation(AtMost("alloc-shm", Bytes, 0.01), Ours.Longs(Capacity, SharedMemory), Ours.RoundTrip(SharedMemory)),
        new Pair(AtLeast("tp-owner", Items, 0.8, InProcess(Capacity)))
        {
            Ours = Ours.ToOwner(Capacity),
            Theirs = Theirs.Longs(Capacity),
        },
        new Pair(AtMost("rtt-owner", Microseconds, 1.25, Socket), AtMost("rtt-owner-p99", Microseconds, 1.25, Socket))
        {
            Ours = Ours.OwnerRoundTrip(),
            Theirs = Theirs.SocketRoundTrip(),
        },
        new Pair(AtLeast("hub-forward", Items, 0.55, "one link"))
        {
            Ours = Ours.Forward(Capacity),
            Theirs = Ours.Longs(Capacity),
        },
        new Pair(AtLeast("hub-4x4", Items, 1.2, InProcess(Deep) + ", as many loops"))
        {
            Drivers = ManyEnds,
            Ours = Ours.ManyForward(Deep, ManyEnds),
            Theirs = Theirs.ManyLongs(Deep, ManyEnds, ManyEnds),
        },
        new Pair(AtLeast("mux", Items, 0.35, "one link of its own"))
        {
            WhyNotOld = "old versions have no multiplexed channels; to be run alone, with each version",
            Ours = Ours.Multiplexed(Capacity),
            Theirs = Ours.Longs(Capacity),
        },
        new Pair(AtLeast("leased", Items, 0.65, "a hub without leases"))
        {
            Ours = Ours.Leased(Capacity),
            Theirs = Ours.Forward(Capacity),
        },
        new Pair(AtLeast("tp-owner-shm", Items, 3, InProcess(Capacity)))
        {
            Ours = Ours.ToOwner(Capacity, SharedMemory),
            Theirs = Theirs.Longs(Capacity),
            WhyNotOurs = WhyNoSharedMemory,
        },
        new Pair(AtMost("rtt-owner-shm", Microseconds, 1.5, "Channel<long> in process, both ways"))
        {
            Ours = Ours.OwnerRoundTrip(SharedMemory),
            Theirs = Theirs.Alone(PartSpec.Of<PingInProcess>()),
            WhyNotOurs = WhyNoSharedMemory,
        },
        new Pair(AtLeast("hub-forward-shm", Items, 2, "the same over Unix sockets"))
        {
            Ours = Ours.Forward(Capacity, SharedMemory),
            Theirs = Ours.Forward(Capacity),
            WhyNotOurs = WhyNoSharedMemory,
        },
        new Pair(AtLeast("hub-4x4-shm", Items, 2, InProcess(Deep) + ", as many loops"))
        {
            Drivers = ManyEnds,
            Ours = Ours.ManyForward(Deep, ManyEnds, SharedMemory),
            Theirs = Theirs.ManyLongs(Deep, ManyEnds, ManyEnds),
            WhyNotOurs = WhyNoSharedMemory,
        },
        new Pair(AtLeast("leased-shm", Items, 0.6, "a hub without leases"))
        {
            Ours = Ours.Leased(Capacity, SharedMemory),
            Theirs = Ours.Forward(Capacity, SharedMemory),
            WhyNotOurs = WhyNoSharedMemory,
        },
        new Pair(AtLeast("scale-writers", Items, 0.8, "one link"))
        {
            Ours = Ours.ManyToOwner(Deep, ManyLinks),
            Theirs = Ours.ManyToOwner(Deep, 1),
        },
        new Pair(AtLeast("scale-idle-hub", Items, 0.95, "the same without idle writers"))
        {
            Ours = Ours.ToOwnerBesideIdle(Capacity, IdleLinks),
            Theirs = Ours.ToOwnerBesideIdle(Capacity, 0),
            WhyNotOurs = static () => FileLimit.WhyNot(IdleLinks),
        },
        new HubMemory(AtMost("hub-memory", Bytes, 1 << 20), Ours.ForwardCounted(Capacity, items: 1_000_000)) { IsOnRequest = true },
        IdleScale("scale-idle", IdleLinks, isOnRequest: false),
        IdleScale("scale-idle-10000", VeryManyIdleLinks, isOnRequest: true),
        new Pair(AtMost("worker-start", "ms", 1.5, "an empty .NET program, from its start to Main"))
        {
            NeedsWorkers = true,
            Ours = Ours.WorkerStart(),
            Theirs = Theirs.Alone(PartSpec.Of<ProgramStarter>()),
        },
        new Pair(AtLeast("pool-tasks", Tasks, 12, "Python multiprocessing.Pool(2).map, chunksize=16"))
        {
            NeedsWorkers = true,
            Ours = Ours.Pool(nameof(PoolWork.Empty), items: 16_384, chunk: 16),
            Theirs = Theirs.Python("python_pool.py", 16_384, 16),
            WhyNotTheirs = PythonPart.WhyNot,
        },
        new Pair(AtLeast("pool-scaling", Tasks, 1.8, "the same loop in one process"))
        {
            NeedsWorkers = true,
            Ours = Ours.Pool(nameof(PoolWork.Compute), items: 256, chunk: 4),
            Theirs = Theirs.Alone(PartSpec.Of<LoopInProcess>(256)),
        },
        PythonQueue("python", "Queue", target: 60),
        PythonQueue("python-joinable", "JoinableQueue", target: null),
        new Pair(AtMost(
            "python-rtt", Microseconds, 0.8, "Python multiprocessing.Pipe", "An int is pickled; the pipe has no capacity in items."))
        {
            SameAs = "rtt-unix",
            Ours = Ours.RoundTrip(),
            Theirs = Theirs.Python("python_pipe.py", "Pipe", ""),
            WhyNotTheirs = PythonPart.WhyNot,
        },
        new Pair(AtLeast(
            "zmq", Items, 6, "libzmq PUSH/PULL over ipc://, unbounded",
            "Messages of 8 bytes without types; a thread of libzmq sends, in each process."))
        {
            SameAs = "tp-unix-unbounded",
            Ours = Ours.Longs(Unbounded),
            Theirs = Theirs.Zmq(),
            WhyNotTheirs = ZmqLibrary.WhyNot,
        },
        PeerRoundTrip(
            "peer-channel-rtt", Theirs.Alone(PartSpec.Of<PingInProcess>()), "Channel<long> in process, both ways",
            "One process: nothing is copied and no process wakes another."),
        PeerItems("peer-socket", Theirs.Items(StreamKind.Socket, LongBytes), "Unix socket, a call an item", NoItemLimit),
        PeerItems(
            "peer-socket-buffered", Theirs.Items(StreamKind.Socket, LongBytes, Gathered), "Unix socket, 64 KiB a call",
            NoItemLimit + Delayed),
        PeerItems("peer-pipe", Theirs.Items(StreamKind.Pipe, LongBytes), "anonymous pipe, a call an item", NoItemLimit),
        PeerItems(
            "peer-named-pipe", Theirs.Items(StreamKind.NamedPipe, LongBytes), "named pipe, a call an item",
            NoItemLimit + " On Unix .NET's named pipe is a Unix socket."),
        PeerStreamRoundTrip("peer-socket-rtt", StreamKind.Socket, "Unix socket, blocking calls"),
        PeerStreamRoundTrip("peer-pipe-rtt", StreamKind.Pipe, "two anonymous pipes, blocking calls"),
        PeerStreamRoundTrip("peer-named-pipe-rtt", StreamKind.NamedPipe, "named pipe, blocking calls"),
        PeerRecords("peer-json", isBuffered: false, "JSON lines over a NetworkStream, a call a line", NoItemLimit),
        PeerRecords("peer-json-buffered", isBuffered: true, "JSON lines over a NetworkStream, 64 KiB a call", NoItemLimit + Delayed),
    ];

    public static IEnumerable<string> Ids => IdsOf(s_all);

    /// <summary>The scenarios that give these rows; without any, all that do not wait to be named.</summary>
    public static IReadOnlyList<SelectedScenario> Select(string[]? ids)
    {
        HashSet<string> wanted = [.. ids is null or [] ? [AllRows] : ids];
        if (wanted.Remove(AllRows))
            wanted.UnionWith(IdsOf(s_all.Where(static scenario => !scenario.IsOnRequest)));
        IEnumerable<Scenario> selected = s_all.Where(scenario => scenario.Rows.Any(row => wanted.Contains(row.Id)));
        return [.. selected.Select(scenario => new SelectedScenario(scenario, wanted))];
    }

    private static IEnumerable<string> IdsOf(IEnumerable<Scenario> scenarios) =>
        scenarios.SelectMany(static scenario => scenario.Rows).Select(static row => row.Id);

    private static RowSpec AtLeast(string id, string unit, double? target, string? against = null, string? note = null) =>
        new(id, unit, Direction.AtLeast, target, against, note);

    private static RowSpec AtMost(string id, string unit, double? target, string? against = null, string? note = null) =>
        new(id, unit, Direction.AtMost, target, against, note);

    private static string InProcess(int capacity) => $"Channel<long> in process, {Parts.Capacity.Describe(capacity)}";

    /// <summary>Numbers from one process to another, one a call, against a channel in process of the same capacity.</summary>
    private static Pair Throughput(string id, int capacity, double target, string scheme = Workplace.Unix) =>
        new(AtLeast(id, Items, target, InProcess(capacity)))
        {
            Ours = Ours.Longs(capacity, scheme),
            Theirs = Theirs.Longs(capacity),
            WhyNotOurs = scheme == SharedMemory ? WhyNoSharedMemory : static () => null,
        };

    /// <summary>Without it the rows would measure the socket.</summary>
    private static string? WhyNoSharedMemory() =>
        OperatingSystem.IsLinux() && Environment.Is64BitProcess ? null : "the library has no shared memory on this system";

    /// <summary>One busy link of an endpoint that holds idle ones too, against one of an endpoint that holds none.</summary>
    private static Pair IdleScale(string id, int links, bool isOnRequest) => new(AtLeast(id, Items, 0.95, "the same without idle links"))
    {
        IsOnRequest = isOnRequest,
        Ours = Ours.LongsBesideIdle(Capacity, links),
        Theirs = Ours.LongsBesideIdle(Capacity, 0),
        WhyNotOurs = () => FileLimit.WhyNot(links),
    };

    private static Pair PythonQueue(string id, string kind, double? target) =>
        new(AtLeast(id, Items, target, $"Python multiprocessing.{kind}(1024)", Pickled))
        {
            SameAs = "tp-unix",
            Ours = Ours.Longs(Capacity),
            Theirs = Theirs.Python("python_queue.py", kind, Capacity),
            WhyNotTheirs = PythonPart.WhyNot,
        };

    // What users would take instead: the same loops with the same items in as many processes, and no target.
    private static Pair PeerItems(string id, Processes theirs, string against, string note) =>
        new(AtLeast(id, Items, target: null, against, note)) { SameAs = "tp-unix", Ours = Ours.Longs(Capacity), Theirs = theirs };

    private static Pair PeerRoundTrip(string id, Processes theirs, string against, string note) =>
        new(AtMost(id, Microseconds, target: null, against, note)) { SameAs = "rtt-unix", Ours = Ours.RoundTrip(), Theirs = theirs };

    private static Pair PeerStreamRoundTrip(string id, StreamKind kind, string against) =>
        PeerRoundTrip(id, Theirs.StreamRoundTrip(kind, LongBytes), against, BlockedThreads);

    private static Pair PeerRecords(string id, bool isBuffered, string against, string note) =>
        new(AtLeast(id, Items, target: null, against, note))
        {
            SameAs = "tp-record",
            Ours = Ours.Records(RecordFormat.Json),
            Theirs = Theirs.JsonLines(isBuffered),
        };
}
