using EndToEnd.Parts;
using EndToEnd.Peers;
using EndToEnd.Results;

namespace EndToEnd.Scenarios;

/// <summary>What users would take instead: rows of the same loops with the same items in as many processes.</summary>
internal static class Comparisons
{
    private const string LongBytes = "8";
    private const string Unbuffered = "0";
    private const string Buffered = "65536";
    private const string Items = "items/s";
    private const string Microseconds = "us";
    private const string Bounded = "1024";
    private const string Throughput = "tp-unix";
    private const string RoundTrip = "rtt-unix";
    private const string NoItemLimit = "The stream limits bytes, not items, and has neither types nor endings; its calls block a thread.";

    private const string Delayed = " An item leaves only when 64 KiB have gathered or the round ends.";

    public static IEnumerable<Scenario> All =>
    [
        Queue("python", "Queue", target: 50),
        Queue("python-joinable", "JoinableQueue", target: null),
        new SideBySide(new RowSpec(
            "python-rtt", Microseconds, Direction.AtMost, 0.8, "Python multiprocessing.Pipe", "An int is pickled; the pipe has no capacity in items."))
        {
            SameAs = RoundTrip,
            Ours = OurParts.RoundTrip,
            Theirs = static _ => [PartSpec.Of<PythonPart>("python_pipe.py", "Pipe", "")],
            WhyNotTheirs = PythonPart.WhyNot,
        },
        new SideBySide(new RowSpec(
            "zmq", Items, Direction.AtLeast, 3, "libzmq PUSH/PULL over ipc://, unbounded", "Messages of 8 bytes without types; a thread of libzmq sends, in each process."))
        {
            SameAs = "tp-unix-unbounded",
            Ours = static workplace => OurParts.Longs(workplace, Capacity.Unbounded),
            Theirs = static workplace => TheirParts.Zmq(workplace.NewPath()),
            WhyNotTheirs = ZmqLibrary.WhyNot,
        },
        new SideBySide(new RowSpec(
            "peer-channel-rtt", Microseconds, Direction.AtMost, Against: "Channel<long> in process, both ways", Note: "One process: nothing is copied and no process wakes another."))
        {
            SameAs = RoundTrip,
            Ours = OurParts.RoundTrip,
            Theirs = static _ => [PartSpec.Of<PingInProcess>()],
        },
        Stream("peer-socket", StreamKind.Socket, Unbuffered, "Unix socket, a call an item", NoItemLimit),
        Stream("peer-socket-buffered", StreamKind.Socket, Buffered, "Unix socket, 64 KiB a call", NoItemLimit + Delayed),
        Stream("peer-pipe", StreamKind.Pipe, Unbuffered, "anonymous pipe, a call an item", NoItemLimit),
        Stream("peer-named-pipe", StreamKind.NamedPipe, Unbuffered, "named pipe, a call an item", NoItemLimit + " On Unix .NET's named pipe is a Unix socket."),
        StreamRoundTrip("peer-socket-rtt", StreamKind.Socket, "Unix socket, blocking calls"),
        StreamRoundTrip("peer-pipe-rtt", StreamKind.Pipe, "two anonymous pipes, blocking calls"),
        StreamRoundTrip("peer-named-pipe-rtt", StreamKind.NamedPipe, "named pipe, blocking calls"),
        JsonLines("peer-json", isBuffered: false, "JSON lines over a NetworkStream, a call a line", NoItemLimit),
        JsonLines("peer-json-buffered", isBuffered: true, "JSON lines over a NetworkStream, 64 KiB a call", NoItemLimit + Delayed),
    ];

    private static SideBySide Queue(string id, string kind, double? target) => new(new RowSpec(
        id, Items, Direction.AtLeast, target, $"Python multiprocessing.{kind}(1024)", "An int is pickled; a thread of the writer sends."))
    {
        SameAs = Throughput,
        Ours = static workplace => OurParts.Longs(workplace, Bounded),
        Theirs = _ => [PartSpec.Of<PythonPart>("python_queue.py", kind, Bounded)],
        WhyNotTheirs = PythonPart.WhyNot,
    };

    private static SideBySide Stream(string id, string kind, string buffer, string against, string note) =>
        new(new RowSpec(id, Items, Direction.AtLeast, Against: against, Note: note))
        {
            SameAs = Throughput,
            Ours = static workplace => OurParts.Longs(workplace, Bounded),
            Theirs = workplace => TheirParts.Items(workplace.NewPath(), kind, LongBytes, buffer),
        };

    private static SideBySide StreamRoundTrip(string id, string kind, string against) =>
        new(new RowSpec(id, Microseconds, Direction.AtMost, Against: against, Note: "Each end keeps a thread in a blocked call."))
        {
            SameAs = RoundTrip,
            Ours = OurParts.RoundTrip,
            Theirs = workplace => TheirParts.RoundTrip(workplace.NewPath(), kind, LongBytes),
        };

    private static SideBySide JsonLines(string id, bool isBuffered, string against, string note) =>
        new(new RowSpec(id, Items, Direction.AtLeast, Against: against, Note: note))
        {
            SameAs = "tp-record",
            Ours = OurParts.Records,
            Theirs = workplace => TheirParts.JsonLines(workplace.NewPath(), isBuffered),
        };
}
